"""The same fine-tuning step in PyTorch, written for this comparison: VideoMAE's encoder over all tokens, their mean, a norm and
a linear layer, drop path, labels in shares, AdamW with layer decay. Words on stdin, JSON lines on stdout."""

import json
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn as nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_blocks import Block, adamw, sinusoid, version

case = json.loads(sys.argv[1])
precision = case.get("precision", "float32")
if case["threads"]:
    torch.set_num_threads(case["threads"])
config, batch, recipe = case["config"], case["batch"], case["recipe"]
width, layers, classes = config["hiddenSize"], config["numHiddenLayers"], len(config["labels"])
slices = config["numFrames"] // config["tubeletSize"]
count = slices * (config["imageSize"] // config["patchSize"]) ** 2
pixels = 3 * config["tubeletSize"] * config["patchSize"] ** 2


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(pixels, width)
        self.blocks = nn.ModuleList(
            Block(width, config["numAttentionHeads"], config["intermediateSize"]) for _ in range(layers)
        )
        self.norm, self.head = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, classes)
        self.register_buffer("positions", sinusoid(count, width))

    def forward(self, tokens, factors):
        x = self.embed(tokens) + self.positions
        for block, of_block in zip(self.blocks, factors):
            x = block(x, of_block)
        return self.head(self.norm(x.mean(1)))


def layer_of(name):
    if name.startswith("embed"):
        return 0
    return int(name.split(".")[1]) + 1 if name.startswith("blocks") else layers + 1


started = time.perf_counter()
torch.manual_seed(0)
model = Classifier()
groups = {}
for name, parameter in model.named_parameters():
    key = (layer_of(name), parameter.ndim > 1)
    rate = 1e-4 * recipe["layerDecay"] ** (layers + 1 - key[0])
    decay = 0.05 if key[1] else 0.0
    groups.setdefault(key, {"params": [], "lr": rate, "weight_decay": decay})["params"].append(parameter)
optimizer = adamw(list(groups.values()), lr=1e-4, betas=tuple(recipe["betas"]))
tokens = torch.rand(batch, count, pixels)
shares = torch.zeros(batch, classes)
shares[:, 0], shares[:, 1] = 0.7, 0.3
targets = shares * (1 - recipe["smoothing"]) + recipe["smoothing"] / classes
drop = torch.linspace(0, recipe["dropPath"], layers).view(layers, 1, 1).expand(layers, 2, batch)
factors = (torch.rand(layers, 2, batch) >= drop) / (1 - drop)


def step():
    begun = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        logits = model(tokens, factors).float()
    loss = -(targets * logits.log_softmax(-1)).sum(-1).mean()
    loss.backward()
    optimizer.step()
    loss.item()
    return time.perf_counter() - begun


def answer(**fields):
    print(json.dumps(fields), flush=True)


step()
answer(seconds=time.perf_counter() - started, **version())
for line in sys.stdin:
    word = line.strip()
    if word == "step":
        answer(seconds=step())
    if word == "memory":
        answer(bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
