"""The same pre-training step in PyTorch, written for this comparison: VideoMAE's architecture, fused or multi-tensor AdamW.
Words on stdin, JSON lines on stdout."""

import json
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_blocks import Block, adamw, sinusoid, version

case = json.loads(sys.argv[1])
device, precision = case.get("device", "cpu"), case.get("precision", "float32")
if precision == "tf32":
    torch.set_float32_matmul_precision("high")
if case["threads"]:
    torch.set_num_threads(case["threads"])


class VideoMae(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, e = c["hiddenSize"], c["decoderHiddenSize"]
        pixels = 3 * c["tubeletSize"] * c["patchSize"] ** 2
        self.embed = nn.Linear(pixels, d)
        self.encoder = nn.ModuleList(
            Block(d, c["numAttentionHeads"], c["intermediateSize"]) for _ in range(c["numHiddenLayers"])
        )
        self.norm, self.bridge = nn.LayerNorm(d, eps=1e-6), nn.Linear(d, e, bias=False)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, e))
        self.decoder = nn.ModuleList(
            Block(e, c["decoderNumAttentionHeads"], c["decoderIntermediateSize"])
            for _ in range(c["decoderNumHiddenLayers"])
        )
        self.decoder_norm, self.head = nn.LayerNorm(e, eps=1e-6), nn.Linear(e, pixels)
        self.register_buffer("positions", sinusoid(case["tokens"], d))
        self.register_buffer("decoder_positions", sinusoid(case["tokens"], e))

    def forward(self, tokens, visible, masked):
        x = self.embed(tokens) + self.positions[visible]
        for block in self.encoder:
            x = block(x)
        seen = self.bridge(self.norm(x)) + self.decoder_positions[visible]
        x = torch.cat([seen, self.mask_token + self.decoder_positions[masked]], 1)
        for block in self.decoder:
            x = block(x)
        return self.head(self.decoder_norm(x[:, seen.shape[1] :]))


def normalised(pixels):
    b, m, p = pixels.shape
    by_channel = pixels.view(b, m, p // 3, 3)
    mean, var = by_channel.mean(2, keepdim=True), by_channel.var(2, keepdim=True)
    return ((by_channel - mean) / (var.sqrt() + 1e-6)).view(b, m, p)


started = time.perf_counter()
torch.manual_seed(0)
config, batch, visible_count = case["config"], case["batch"], case["visible"]
model = VideoMae(config).to(device)
decayed = [p for p in model.parameters() if p.ndim > 1]
others = [p for p in model.parameters() if p.ndim <= 1]
groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
optimizer = adamw(groups, lr=1e-4, betas=(0.9, 0.95))
order = torch.stack([torch.randperm(case["tokens"]) for _ in range(batch)]).to(device)
visible, masked = order[:, :visible_count], order[:, visible_count:]
pixel_count = 3 * config["tubeletSize"] * config["patchSize"] ** 2
tokens = torch.rand(batch, visible_count, pixel_count, device=device)
target = torch.rand(batch, masked.shape[1], pixel_count, device=device)


def step():
    begun = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
        loss = F.mse_loss(model(tokens, visible, masked).float(), normalised(target))
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
