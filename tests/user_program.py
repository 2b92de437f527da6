"""What a user writes: declared, derived, compiled, mapped, sent to other processes, run without symdiff."""

import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

import symdiff as sd


def logistic(w: sd.Expr, X: sd.Expr, y: sd.Expr) -> sd.Expr:
    margin: sd.Expr = X @ w
    return margin.T @ margin * 0.05 - y @ margin


def newton(step: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(step)))


def main() -> None:
    w, X, y, t = sd.declare("w: vector(n); X: matrix(m, n); y: vector(m); t: scalar")
    loss = np.sum(np.log(1 + np.exp(X @ w))) + logistic(w, X, y)
    gradient, hessian = sd.grad(loss, w), sd.hessian(loss, w)
    print(gradient, hessian.latex(), sep="\n")

    value = sd.compile([loss, gradient], args=["w", "X", "y", "t"], batch=["w"])
    starts = np.linspace(-1, 1, 12).reshape(4, 3)
    data, labels = np.eye(5, 3) + 0.1, np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    losses, gradients = value(starts, data, labels, None)
    print(losses.shape, gradients.shape, bool(sd.check(loss, w, gradient)))

    wave = sd.compile(sd.diff(np.exp(-(t**2)) * np.sin(t), t))
    grid: NDArray[np.float64] = wave(np.linspace(0, 1, 6).reshape(2, 3))
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(wave, grid))
    print(bool(np.all(np.stack(rows) == wave(grid))), newton(grid) < 2)

    print(pickle.loads(pickle.dumps(value)).source)


if __name__ == "__main__":
    main()
