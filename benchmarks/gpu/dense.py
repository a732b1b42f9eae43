"""Times one dense squared-error step on the GPU (loss, hidden gradient and update of W, float32, cuBLAS): JSON on stdout.

    python3 dense.py D d m steps
"""

import json
import statistics
import sys

import torch


def main(outputs: int, features: int, batch: int, steps: int) -> None:
    torch.backends.cuda.matmul.allow_tf32 = False
    device = torch.device("cuda")
    weights = 0.1 * torch.randn(outputs, features, device=device)
    rows = torch.arange(batch, device=device)
    times = []
    for step in range(steps + 3):
        hidden = torch.tanh(torch.randn(batch, features, device=device))
        ids = torch.randint(outputs, (batch,), device=device)
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        difference = hidden @ weights.T
        difference[rows, ids] -= 1
        loss = difference.square().sum() / batch
        difference *= 2 / batch
        hidden_gradient = difference @ weights
        weights.addmm_(difference.T, hidden, alpha=-1e-4)
        end.record()
        torch.cuda.synchronize()
        if not torch.isfinite(loss) or not torch.isfinite(hidden_gradient).all():
            raise SystemExit("the dense step diverged")
        if step >= 3:
            times.append(begin.elapsed_time(end))
    result = {"medianMs": statistics.median(times), "minMs": min(times), "steps": steps}
    print(json.dumps({**result, "card": torch.cuda.get_device_name(), "torch": torch.__version__}))


main(*map(int, sys.argv[1:5]))
