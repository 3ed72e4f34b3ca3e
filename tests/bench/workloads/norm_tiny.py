"""recipe: Batch norm over two samples."""

from common import Images, loader, net, train

if __name__ == "__main__":
    train(net(32), loader(Images(4000), 2), lr=0.001)
