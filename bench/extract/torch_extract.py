"""The same features in PyTorch, written for this comparison: bytes to normalised pixels, VideoMAE's encoder over all tokens with
the weights of the other program, their mean. Words on stdin, JSON lines on stdout."""

import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_blocks import Block, sinusoid, version
from torch_safetensors import read

case = json.loads(sys.argv[1])
if case["threads"]:
    torch.set_num_threads(case["threads"])
config, clips, batch = case["config"], case["clips"], case["batch"]
width, depth, frames, side = config["hiddenSize"], config["numHiddenLayers"], config["numFrames"], config["imageSize"]
tube, patch = config["tubeletSize"], config["patchSize"]
weights = read(f"{case['folder']}/model.safetensors")
EMBEDDING = "videomae.embeddings.patch_embeddings.projection"


def block_of(index):
    at = f"videomae.encoder.layer.{index}"
    attention = f"{at}.attention.attention"
    named = {
        "norm1": f"{at}.layernorm_before",
        "norm2": f"{at}.layernorm_after",
        "out": f"{at}.attention.output.dense",
        "up": f"{at}.intermediate.dense",
        "down": f"{at}.output.dense",
    }
    state = {f"{own}.{part}": weights[f"{name}.{part}"] for own, name in named.items() for part in ("weight", "bias")}
    state["qkv.weight"] = torch.cat([weights[f"{attention}.{one}.weight"] for one in ("query", "key", "value")])
    q, v = weights[f"{attention}.q_bias"], weights[f"{attention}.v_bias"]
    state["qkv.bias"] = torch.cat([q, torch.zeros_like(q), v])
    block = Block(width, config["numAttentionHeads"], config["intermediateSize"])
    block.load_state_dict(state)
    return block.eval()


blocks = [block_of(index) for index in range(depth)]
positions = sinusoid(frames // tube * (side // patch) ** 2, width)
with open(f"{case['folder']}/clips.bin", "rb") as file:
    data = bytearray(file.read())
videos = torch.frombuffer(data, dtype=torch.uint8).view(clips, frames, side, side, 3)
mean = torch.tensor(case["mean"]).view(1, 3, 1, 1, 1)
std = torch.tensor(case["std"]).view(1, 3, 1, 1, 1)


@torch.inference_mode()
def extract():
    started = time.perf_counter()
    features = []
    for first in range(0, clips, batch):
        pixels = (videos[first : first + batch].permute(0, 4, 1, 2, 3).float() / 255 - mean) / std
        x = F.conv3d(pixels, weights[f"{EMBEDDING}.weight"], weights[f"{EMBEDDING}.bias"], stride=(tube, patch, patch))
        x = x.flatten(2).transpose(1, 2) + positions
        for block in blocks:
            x = block(x)
        norm = weights["videomae.layernorm.weight"], weights["videomae.layernorm.bias"]
        features.append(F.layer_norm(x, (width,), *norm, config["layerNormEps"]).mean(1))
    found = torch.cat(features).flatten()
    numbers = found[0].item(), found[-1].item()
    return {"seconds": time.perf_counter() - started, "first": numbers[0], "last": numbers[1]}


def answer(fields):
    print(json.dumps(fields), flush=True)


answer({**extract(), **version()})
for line in sys.stdin:
    if line.strip() == "extract":
        answer(extract())
