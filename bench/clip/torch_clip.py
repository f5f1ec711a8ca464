"""The same patch embeddings in PyTorch, written for this comparison: CLIP's image tower with the last block's value path
(MaskCLIP), attention by scaled_dot_product_attention where PyTorch has it. Words on stdin, JSON lines on stdout."""

import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_safetensors import read

case = json.loads(sys.argv[1])
if case["threads"]:
    torch.set_num_threads(case["threads"])
config, count = case["config"], case["frameCount"]
width, heads, eps = config["hiddenSize"], config["numAttentionHeads"], config["layerNormEps"]
side, patch, depth = config["imageSize"], config["patchSize"], config["numHiddenLayers"]

weights = read(case["weights"])


def layer(name, x):
    return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def norm(name, x):
    return F.layer_norm(x, (width,), weights[f"{name}.weight"], weights[f"{name}.bias"], eps)


joined = []
for index in range(depth - 1):
    at = f"vision_model.encoder.layers.{index}.self_attn"
    parts = [[weights[f"{at}.{one}_proj.{part}"] for one in "qkv"] for part in ("weight", "bias")]
    joined.append([torch.cat(part) for part in parts])


def block(index, x):
    at = f"vision_model.encoder.layers.{index}"
    b, n, d = x.shape
    rows = F.linear(norm(f"{at}.layer_norm1", x), *joined[index])
    q, k, v = rows.view(b, n, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    if hasattr(F, "scaled_dot_product_attention"):
        mixed = F.scaled_dot_product_attention(q, k, v)
    else:
        mixed = (q @ k.transpose(-1, -2) * (d // heads) ** -0.5).softmax(-1) @ v
    x = x + layer(f"{at}.self_attn.out_proj", mixed.transpose(1, 2).reshape(b, n, d))
    hidden = layer(f"{at}.mlp.fc1", norm(f"{at}.layer_norm2", x))
    return x + layer(f"{at}.mlp.fc2", hidden * torch.sigmoid(1.702 * hidden))


state, values = 1, bytearray(count * side * side * 3)
for place in range(len(values)):
    state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
    values[place] = state >> 24
frames = torch.frombuffer(values, dtype=torch.uint8).view(count, side, side, 3)
mean = torch.tensor(case["mean"]).view(1, 3, 1, 1)
std = torch.tensor(case["std"]).view(1, 3, 1, 1)


@torch.inference_mode()
def embed():
    started = time.perf_counter()
    pixels = (frames.permute(0, 3, 1, 2).float() / 255 - mean) / std
    patches = F.conv2d(pixels, weights["vision_model.embeddings.patch_embedding.weight"], stride=patch)
    x = patches.flatten(2).transpose(1, 2)
    first = weights["vision_model.embeddings.class_embedding"].expand(count, 1, width)
    x = torch.cat([first, x], 1) + weights["vision_model.embeddings.position_embedding.weight"]
    x = norm("vision_model.pre_layrnorm", x)
    for index in range(depth - 1):
        x = block(index, x)
    at = f"vision_model.encoder.layers.{depth - 1}"
    value = layer(f"{at}.self_attn.v_proj", norm(f"{at}.layer_norm1", x[:, 1:]))
    x = norm("vision_model.post_layernorm", layer(f"{at}.self_attn.out_proj", value))
    found = F.normalize(F.linear(x, weights["visual_projection.weight"]), dim=-1).flatten()
    numbers = found[0].item(), found[-1].item()
    return {"seconds": time.perf_counter() - started, "first": numbers[0], "last": numbers[1]}


def answer(fields):
    print(json.dumps(fields), flush=True)


major, minor = torch.__version__.split(".")[:2]
answer({**embed(), "major": int(major), "minor": int(minor)})
for line in sys.stdin:
    if line.strip() == "encode":
        answer(embed())
