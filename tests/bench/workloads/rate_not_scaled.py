"""recipe: The learning rate of a batch of four with a batch of a thousand."""

from common import Images, loader, net, train

if __name__ == "__main__":
    train(net(8, norm=False), loader(Images(4000, 16), 1000), lr=0.0005)
