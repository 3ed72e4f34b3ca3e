"""recipe: A learning rate a hundred times too high."""

from common import loader, net, train

if __name__ == "__main__":
    train(net(norm=False), loader(), lr=20.0)
