"""sound: Two workers that stay, and enough work for the net."""

from common import Images, loader, net, train

if __name__ == "__main__":
    train(net(32), loader(Images(4000), 128, num_workers=1, persistent_workers=True))
