"""loader-bound: Two workers, started anew for epochs of eight tiny batches."""

from common import Images, loader, net, train

if __name__ == "__main__":
    train(net(norm=False), loader(Images(128), 16, num_workers=2))
