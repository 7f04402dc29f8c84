"""Trains a network eagerly with PyTorch on a batch in memory, so many steps at a time as it is told to.

Arguments: the file with the class Net, the number of images in a batch, their size, of concepts, and of anchors at a
pixel (0 for a classifier). Each line that it reads is a number of steps; it answers the seconds that they took.
"""

import importlib.util
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

PIXEL_MEAN = 125
PIXEL_DEVIATION = 63
OBJECT_EVERY = 97
SMOOTH_BELOW = 1 / 9

path, batch, size, concepts, anchors = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(1)
torch.manual_seed(42)
spec = importlib.util.spec_from_file_location("net", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
net = module.Net().train()
optimizer = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9, weight_decay=1e-4, fused=True)
images = torch.randint(0, 256, (batch, 3, size, size), dtype=torch.uint8)
labels = torch.arange(batch) % concepts


def classifier_loss(outputs):
    return F.cross_entropy(outputs["logits"], F.one_hot(labels, concepts).float())


def joined(outputs, prefix, numbers):
    maps = [value for name, value in outputs.items() if name.startswith(prefix)]
    return torch.cat([value.permute(0, 2, 3, 1).reshape(batch, -1, numbers) for value in maps], 1)


def detector_loss(outputs):
    scores = joined(outputs, "classes.", concepts).reshape(-1, concepts)
    boxes = joined(outputs, "boxes.", 4).reshape(-1, 4)
    position = torch.arange(len(scores))
    label = torch.where(position % OBJECT_EVERY == 0, 1, 0)
    truth = F.one_hot(label, concepts + 1)[:, 1:].float()
    objects = label.nonzero().squeeze(1)
    weights = (0.75 - 0.5 * truth) * (truth - torch.sigmoid(scores)).abs() ** 2
    telling = (weights * F.binary_cross_entropy_with_logits(scores, truth, reduction="none")).sum()
    placing = F.smooth_l1_loss(boxes[objects], torch.zeros(len(objects), 4), reduction="sum", beta=SMOOTH_BELOW)
    return (telling + placing) / len(objects)


def step():
    optimizer.zero_grad()
    outputs = net((images.float() - PIXEL_MEAN) / PIXEL_DEVIATION)
    loss = detector_loss(outputs) if anchors else classifier_loss(outputs)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 10)
    optimizer.step()
    return loss.item()


print(torch.__version__, sum(p.numel() for p in net.parameters()), flush=True)
for line in sys.stdin:
    begin = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - begin, flush=True)
