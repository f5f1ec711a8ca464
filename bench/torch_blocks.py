"""VideoMAE's transformer blocks and positions in PyTorch, written for these comparisons; attention by
scaled_dot_product_attention where PyTorch has it."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def attention(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = (q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5).softmax(-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, n, d))

    def mlp(self, x):
        return self.down(F.gelu(self.up(self.norm2(x))))

    def forward(self, x, factors=None):
        """factors: [2, B] of the two branches of each clip, for drop path."""
        if factors is None:
            x = x + self.attention(x)
            return x + self.mlp(x)
        x = x + self.attention(x) * factors[0].view(-1, 1, 1)
        return x + self.mlp(x) * factors[1].view(-1, 1, 1)


def sinusoid(count, width):
    channel = torch.arange(width)
    angle = torch.arange(count)[:, None] / 10000 ** ((channel - channel % 2) / width)[None]
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos())


def adamw(groups, **options):
    """The fastest AdamW that this PyTorch has for where the parameters are."""
    try:
        return torch.optim.AdamW(groups, fused=True, **options)
    except (TypeError, RuntimeError):
        return torch.optim.AdamW(groups, foreach=True, **options)


def version():
    major, minor = torch.__version__.split(".")[:2]
    return {"major": int(major), "minor": int(minor)}
