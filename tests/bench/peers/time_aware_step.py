"""The pretraining step of TiSASRec in PyTorch, for comparison with this program's.

Keys and values get a row of the tables for every pair, [batch, heads, time, time, width], as the model is commonly written. Post-norm layers with
exact GELU, cross-entropy over all items at every position, AdamW, gradient norm clipped at 1. Prints the median time of a step in milliseconds and
the process's peak memory as JSON.

    python time_aware_step.py [--batch 512] [--dropout 0.2] [--threads 2] [--steps 10]
"""

import argparse
import json
import math
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

ITEMS, LENGTH, WIDTH, HEADS, LAYERS, FFN, BUCKETS, LONGEST = 3000, 20, 256, 4, 2, 1024, 64, 60 * 86_400


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        size = WIDTH // HEADS
        self.Wq, self.Wk, self.Wv, self.Wo = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.pos_k, self.pos_v = (nn.Embedding(LENGTH, size) for _ in range(2))
        self.tim_k, self.tim_v = (nn.Embedding(BUCKETS, size) for _ in range(2))
        self.ln1, self.ln2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.linear1, self.linear2 = nn.Linear(WIDTH, FFN), nn.Linear(FFN, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, allowed, distance, gaps):
        batch, length, _ = x.shape
        split = lambda y: y.view(batch, length, HEADS, -1).transpose(1, 2)
        q, k, v = split(self.Wq(x)), split(self.Wk(x)), split(self.Wv(x))
        of_keys = (self.pos_k(distance) + self.tim_k(gaps)).unsqueeze(1)
        of_values = (self.pos_v(distance) + self.tim_v(gaps)).unsqueeze(1)
        scores = (q.unsqueeze(3) * (k.unsqueeze(2) + of_keys)).sum(-1) / math.sqrt(q.shape[-1])
        shares = self.dropout(scores.masked_fill(~allowed, -math.inf).softmax(-1))
        mixed = (shares.unsqueeze(-1) * (v.unsqueeze(2) + of_values)).sum(3)
        attended = self.Wo(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        h = self.ln1(x + self.dropout(attended))
        inner = self.dropout(F.gelu(self.linear1(h)))
        return self.ln2(h + self.dropout(self.linear2(inner)))


class TiSASRec(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.item_emb, self.pos_emb = nn.Embedding(ITEMS + 4, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.norm, self.dropout = nn.LayerNorm(WIDTH), nn.Dropout(dropout)
        self.out_bias = nn.Parameter(torch.zeros(ITEMS + 4))
        nn.init.normal_(self.item_emb.weight, std=0.02)
        nn.init.normal_(self.pos_emb.weight, std=0.02)

    def forward(self, sequence, times):
        place = torch.arange(sequence.shape[1])
        distance = (place[:, None] - place[None, :]).clamp(min=0)
        seconds = (times[:, :, None] - times[:, None, :]).abs().clamp(max=LONGEST)
        gaps = torch.where(seconds > 0, 1 + seconds.clamp(min=1).log2().floor().long(), 0).clamp(max=BUCKETS - 1)
        allowed = (place[None, :] <= place[:, None]) & (sequence != 0)[:, None, None, :]
        x = self.dropout(self.item_emb(sequence) + self.pos_emb(place))
        for layer in self.layers:
            x = layer(x, allowed, distance, gaps)
        return self.norm(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = TiSASRec(options.dropout)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.0)
    times = []
    for step in range(options.steps + 2):
        sequence, targets = torch.randint(4, ITEMS + 4, (2, options.batch, LENGTH))
        hours = torch.arange(LENGTH) * 24 ** (2 * torch.rand(options.batch, LENGTH, dtype=torch.float64))
        started = time.perf_counter()
        states = model(sequence, 1e9 + 3600 * hours)
        scores = states @ model.item_emb.weight[4:].T + model.out_bias[4:]
        loss = F.cross_entropy(scores.view(-1, ITEMS), targets.reshape(-1) - 4)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()
        if step >= 2:
            times.append(1000 * (time.perf_counter() - started))
    print(json.dumps({
        "what": "TiSASRec pretraining step, PyTorch " + torch.__version__,
        "milliseconds": round(statistics.median(times)),
        "gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
    }))


if __name__ == "__main__":
    main()
