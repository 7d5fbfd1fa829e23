"""The pretraining step of SASRec in PyTorch, for comparison with this program's.

Post-norm blocks with q, k, v, out, linear1, linear2 and exact GELU, binary cross-entropy with one negative per position, AdamW, gradient norm
clipped at 1. Prints the median time of a step in milliseconds as JSON.

    python pretraining_step.py [--dropout 0.2] [--threads 2] [--steps 30]
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads, ffn, dropout):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))
        self.linear1, self.linear2 = nn.Linear(width, ffn), nn.Linear(ffn, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, bias):
        batch, length, width = x.shape
        split = lambda y: y.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        scores = q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5 + bias
        mixed = self.dropout(scores.softmax(-1)) @ v
        attended = self.out_proj(mixed.transpose(1, 2).reshape(batch, length, width))
        h = self.norm1(x + self.dropout(attended))
        inner = self.dropout(F.gelu(self.linear1(h)))
        return self.norm2(h + self.dropout(self.linear2(inner)))


class SASRec(nn.Module):
    def __init__(self, items, length, width, blocks, heads, ffn, dropout):
        super().__init__()
        self.item_emb = nn.Embedding(items + 1, width)
        self.pos_emb = nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads, ffn, dropout) for _ in range(blocks))
        self.layer_norm = nn.LayerNorm(width, eps=1e-6)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.item_emb.weight, std=0.02)
        nn.init.normal_(self.pos_emb.weight, std=0.02)

    def forward(self, sequence):
        length = sequence.shape[1]
        x = self.dropout(self.item_emb(sequence) + self.pos_emb.weight[:length])
        causal = torch.full((length, length), -1e9).triu(1)
        bias = causal + (sequence == 0)[:, None, None, :] * -1e9
        for block in self.blocks:
            x = block(x, bias)
        return self.layer_norm(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=30)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    items, length, batch = 3500, 50, 128
    model = SASRec(items, length, 128, 2, 2, 512, options.dropout)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.0)
    times, losses = [], []
    for step in range(options.steps + 5):
        sequence, positives, negatives = torch.randint(1, items + 1, (3, batch, length))
        started = time.perf_counter()
        states = model(sequence)
        positive = (states * model.item_emb(positives)).sum(-1)
        negative = (states * model.item_emb(negatives)).sum(-1)
        loss = (F.softplus(-positive) + F.softplus(negative)).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step >= 5:
            times.append(1000 * (time.perf_counter() - started))
    print(json.dumps({
        "what": "SASRec pretraining step, PyTorch " + torch.__version__,
        "milliseconds": round(statistics.median(times), 1),
        "fastest": round(min(times), 1),
        "loss": [round(losses[0], 5), round(losses[-1], 5)],
    }))


if __name__ == "__main__":
    main()
