"""A language model's adaptation step in PyTorch, transformers and peft, for comparison: prints the median time of a step as JSON.

LoRA r=8 on all seven projections, cross-entropy over the items at the prompt's end, AdamW, gradient norm clipped at 1. Every place of every prompt is
computed, as transformers does; rows of the items do not train here.

    python llama_step.py [--threads 2] [--steps 8] [--layers 4] [--hidden 256] [--batch 32] [--places 41]
"""
import argparse
import json
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional as F
from transformers import LlamaConfig, LlamaForCausalLM

parser = argparse.ArgumentParser()
for name, value in {"threads": 2, "steps": 8, "layers": 4, "hidden": 256, "batch": 32, "places": 41}.items():
    parser.add_argument(f"--{name}", type=int, default=value)
given = parser.parse_args()
torch.set_num_threads(given.threads)
torch.manual_seed(1)
ITEMS, VOCABULARY = 1000, 512

config = LlamaConfig(
    vocab_size=VOCABULARY + ITEMS, hidden_size=given.hidden, intermediate_size=given.hidden * 11 // 4,
    num_hidden_layers=given.layers, num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512)
targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
model = get_peft_model(
    LlamaForCausalLM(config), LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05, target_modules=targets))
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0)
output = model.get_output_embeddings().weight[VOCABULARY:]
backbone = model.base_model.model.model


def step():
    ids = torch.randint(VOCABULARY + ITEMS, (given.batch, given.places))
    labels = torch.randint(ITEMS, (given.batch,))
    states = backbone(ids).last_hidden_state[:, -1]
    loss = F.cross_entropy(states @ output.T, labels)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimiser.step()
    return float(loss.detach())


times = []
for _ in range(given.steps + 2):
    start = time.perf_counter()
    step()
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"milliseconds": round(statistics.median(times[2:]), 1)}))
