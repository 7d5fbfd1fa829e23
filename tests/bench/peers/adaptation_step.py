"""The adaptation step in PyTorch and peft, for comparison with this program's: prints the median time of a step as JSON.

Context 10, batch 256, d=128, 2 blocks, LoRA r=8 on six projections, trained item rows (an index into the table's rows),
BCE at the last position with one negative, AdamW, gradient norm clipped at 1.

    python adaptation_step.py [--threads 2] [--steps 30]
"""
import argparse
import json
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--steps", type=int, default=30)
THREADS, STEPS = vars(parser.parse_args()).values()
ITEMS, WIDTH, HEADS, BLOCKS, CONTEXT, BATCH, RANK = 3400, 128, 2, 2, 10, 256, 8
torch.set_num_threads(THREADS)
torch.manual_seed(1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, torch.nn.Linear(WIDTH, WIDTH))
        self.linear1 = torch.nn.Linear(WIDTH, 4 * WIDTH)
        self.linear2 = torch.nn.Linear(4 * WIDTH, WIDTH)
        self.norm1 = torch.nn.LayerNorm(WIDTH, eps=1e-6)
        self.norm2 = torch.nn.LayerNorm(WIDTH, eps=1e-6)
        self.drop = torch.nn.Dropout(0.2)

    def forward(self, x, mask):
        rows, time_, _ = x.shape
        split = lambda y: y.view(rows, time_, HEADS, WIDTH // HEADS).transpose(1, 2)
        attended = F.scaled_dot_product_attention(
            split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x)), attn_mask=mask, dropout_p=0.2)
        x = self.norm1(x + self.drop(self.out_proj(attended.transpose(1, 2).reshape(x.shape))))
        return self.norm2(x + self.drop(self.linear2(self.drop(F.gelu(self.linear1(x))))))


class SASRec(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.item_emb = torch.nn.Embedding(ITEMS + 1, WIDTH, padding_idx=0)
        self.pos_emb = torch.nn.Embedding(CONTEXT, WIDTH)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(BLOCKS))
        self.layer_norm = torch.nn.LayerNorm(WIDTH, eps=1e-6)
        self.drop = torch.nn.Dropout(0.2)

    def forward(self, ids):
        x = self.drop(self.item_emb(ids) + self.pos_emb.weight)
        mask = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).tril()
        for block in self.blocks:
            x = block(x, mask)
        return self.layer_norm(x)


base = SASRec()
targets = ["q_proj", "k_proj", "v_proj", "out_proj", "linear1", "linear2"]
model = get_peft_model(base, LoraConfig(r=RANK, lora_alpha=16, lora_dropout=0.05, target_modules=targets))
table = base.item_emb.weight
table.requires_grad_(True)
trained = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=5e-4, weight_decay=0.01)
ids = torch.randint(1, ITEMS + 1, (BATCH, CONTEXT))
positive = torch.randint(1, ITEMS + 1, (BATCH,))
negative = torch.randint(1, ITEMS + 1, (BATCH,))
start = table.detach().clone()
model.train()


def step():
    optimiser.zero_grad(set_to_none=True)
    last = model(ids)[:, -1]
    score = lambda items: (last * table[items]).sum(-1)
    loss = (F.softplus(-score(positive)) + F.softplus(score(negative))).mean() + 1e-4 * ((table - start) ** 2).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimiser.step()
    return loss.item()


for _ in range(3):
    step()
times = []
for _ in range(STEPS):
    begun = time.perf_counter()
    step()
    times.append(1000 * (time.perf_counter() - begun))
print(json.dumps({
    "what": "adaptation step, PyTorch " + torch.__version__,
    "milliseconds": round(statistics.median(times), 1),
    "fastest": round(min(times), 1),
}))
