"""Python functions as people write them, each with the arguments it is traced at, on both sides of its branches."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import norm, solve

import symdiff as sd

CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def at(*points: tuple[Any, ...]) -> Callable[[Any], Any]:
    def enter(f: Any) -> Any:
        CASES.extend((f, point) for point in points)
        return f

    return enter


def rng(seed: int = 0) -> Any:
    return np.random.default_rng(seed)


V = np.array([0.7, -1.2, 0.4, 2.1])
W = np.array([0.3, 0.8, -0.5, 1.1])
M = rng().normal(size=(4, 4)) + 3 * np.eye(4)
S = M @ M.T / 10
T = rng(1).normal(size=(5, 3))


# --- branches and loops


@at((2.3,), (-1.7,), (np.array([1.0, -2.0, 3.0]),), (np.array([-1.0, -2.0, 0.5]),))
def control_flow(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if np.sum(b) > 0:
        c = b
    else:
        c = 100 * b
    return c


@at((np.array([3.0, 9.0, 7.5, 1.0]),), (np.array([4.0, 1.0, 2.0, 8.0]),))
def second_price(bids):
    winner = np.argmax(bids)
    return np.max(np.delete(bids, winner))


@at((np.array([3.0, 9.0, 7.5]),))
def second_price_sorted(bids):
    return sorted(bids)[-2]


@at((2.0,), (7.0,))
def newton_root(a):
    x = a
    for _ in range(50):
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-12:
            return new
        x = new
    return x


@at((27.4, 2.0))
def collatz_weighted(n, w):
    total = 0.0
    k = int(n)
    while k != 1:
        k = k // 2 if k % 2 == 0 else 3 * k + 1
        total += w / k
    return total * n


@at((0.6, 4), (1.4, 5))
def power_by_squaring(x, n):
    if n == 0:
        return 1.0
    half = power_by_squaring(x, n // 2)
    return half * half * x if n % 2 else half * half


@at((1.5, 3.0), (3.0, 1.5), (-1.0, 2.0))
def early_return(x, y):
    if x < 0:
        return -x * y
    if x > y:
        return x**2 - y
    return math.sin(x) * math.exp(y / 3)


@at((0.3,), (2.9,), (-4.0,))
def nested_branches(x):
    y = x**3 - x
    if y > 0 and x < 3:
        y = math.sqrt(y + 1)
    elif not (x > -3) or y > 100:
        y = abs(y) ** 0.5
    return y * x


@at((5.3, 2.0), (-5.3, 2.0))
def remainder_and_floor(x, y):
    return x % y + x // y * y**2 + divmod(x, y)[1] + math.floor(x) * y + round(x) * x


@at((0.9, 0.2))
def arithmetic_geometric(a, g):
    while abs(a - g) > 1e-9:
        a, g = (a + g) / 2, math.sqrt(a * g)
    return a


@at((0.5, 0.2, 0.1))
def logistic_map(r, x, eps):
    for k in range(60):
        x = 2.5 * r * x * (1 - x) + (eps * x if x > 0.4 else 0)
        if k > 40 and x < 0:
            break
    else:
        x = x + eps
    return x


@at((1.0, 2.5, 0.7))
def bisection_then_newton(a, b, c):
    lo, hi = -10.0, 10.0
    for _ in range(20):
        mid = (lo + hi) / 2
        if a * mid**3 + b * mid - c > 0:
            hi = mid
        else:
            lo = mid
    x = (lo + hi) / 2
    for _ in range(4):
        x = x - (a * x**3 + b * x - c) / (3 * a * x**2 + b)
    return x


@at((V,))
def try_and_except(x):
    total = 0.0
    for k in range(10):
        try:
            total = total + x[k] ** 2
        except IndexError:
            break
    return total


# --- differential equations, integration


@at((1.0, 0.5), (0.2, 1.5))
def runge_kutta(y0, k):
    def f(t, y):
        return -k * y + math.sin(t)

    y, t, h = y0, 0.0, 0.1
    for _ in range(20):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y


@at((np.array([1.0, 0.5]), np.array([1.1, 0.4, 0.1, 0.4])))
def lotka_volterra(z, p):
    a, b, c, d = p
    trajectory = np.zeros((11, 2))
    trajectory[0] = z
    for t in range(10):
        x, y = trajectory[t]
        trajectory[t + 1, 0] = x + 0.1 * (a * x - b * x * y)
        trajectory[t + 1, 1] = y + 0.1 * (c * x * y - d * y)
    return trajectory[-1] @ trajectory[5]


@at((0.5, 2.0), (1.0, -1.0))
def trapezoid_rule(a, b):
    n = 20
    h = (b - a) / n
    return h * (sum(math.exp(-((a + i * h) ** 2)) for i in range(1, n)) + (math.exp(-a * a) + math.exp(-b * b)) / 2)


@at((np.sin(np.arange(12.0)), 0.3))
def heat_equation(u, nu):
    u = u.copy()
    for _ in range(5):
        u[1:-1] += nu * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0] = u[-1] = 0.0
    return np.sum(u**2)


@at((np.array([0.1, 0.9, 0.4, 1.2]), np.array([0.0, 1.0, 1.5, 4.0])))
def trapezoid_of_samples(y, x):
    return np.trapezoid(y, x) if hasattr(np, "trapezoid") else np.trapz(y, x)


@at((np.array([0.3, 0.1]),))
def leapfrog(z):
    q, p = z[0], z[1]
    for _ in range(8):
        p -= 0.05 * np.sin(q)
        q += 0.1 * p
        p -= 0.05 * np.sin(q)
    return np.array([q, p, 0.5 * p**2 - np.cos(q)])


# --- linear algebra by hand and by np.linalg


@at((S, W))
def cholesky_solve(A, b):
    n = len(b)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j] - sum(L[i, k] * L[j, k] for k in range(j))
            L[i, j] = np.sqrt(s) if i == j else s / L[j, j]
    y = np.zeros(n)
    for i in range(n):
        y[i] = (b[i] - L[i, :i] @ y[:i]) / L[i, i]
    x = np.empty_like(b)
    for i in reversed(range(n)):
        x[i] = (y[i] - L[i + 1 :, i] @ x[i + 1 :]) / L[i, i]
    return x


@at((M, W))
def lu_in_place(A, b):
    A, b = A.copy(), b.copy()
    n = A.shape[0]
    for k in range(n - 1):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - np.dot(A[i, i + 1 :], x[i + 1 :])) / A[i, i]
    return x


@at((T,))
def gram_schmidt(A):
    Q = np.zeros(A.shape)
    R = np.zeros((A.shape[1], A.shape[1]))
    for j in range(A.shape[1]):
        v = A[:, j]
        for i in range(j):
            R[i, j] = Q[:, i] @ A[:, j]
            v = v - R[i, j] * Q[:, i]
        R[j, j] = np.linalg.norm(v)
        Q[:, j] = v / R[j, j]
    return R


@at((S,))
def power_iteration(A):
    v = np.ones(A.shape[0]) / 2
    for _ in range(15):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


@at((M, W))
def solve_and_norm(A, b):
    x = solve(A, b)
    return norm(x) + norm(A, 1) * norm(x, 1) + np.linalg.det(A) + norm(A @ x - 2 * b, np.inf)


@at((M,))
def log_determinants(A):
    sign, logdet = np.linalg.slogdet(A)
    return sign * logdet + np.trace(np.linalg.inv(A)) + np.linalg.matrix_power(A, 3)[1, 2]


@at((S,))
def symmetric_functions(A):
    values, vectors = np.linalg.eigh(A)
    L = np.linalg.cholesky(A)
    return np.sum(values**2) + vectors[0, 1] ** 2 + vectors[1, 0] + L[2, 1] + np.linalg.eigvalsh(A)[-1]


@at((T,))
def decompositions(A):
    Q, R = np.linalg.qr(A)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return Q[0, 1] + R[1, 2] * s[0] + U[2, 0] * Vt[1, 2]


@at((T, np.array([0.4, 1.0, -0.7, 0.2, 0.9])))
def least_squares(X, y):
    w, *_ = np.linalg.lstsq(X, y, rcond=None)
    return w


@at((M / 4,))
def exponential_by_series(A):
    term = np.eye(len(A))
    result = term
    for k in range(1, 12):
        term = term @ A / k
        result = result + term
    return result


@at((np.stack([M, M.T + 1]), np.stack([T[:4, :2], T[1:, 1:]])))
def stacks_of_matrices(A, B):
    return np.linalg.inv(A) @ B + np.linalg.solve(A, B) + np.linalg.det(A)[:, None, None]


@at((T[:3], T[2:, 1]))
def determinant_by_minors(A, c):
    def det(m):
        if len(m) == 1:
            return m[0][0]
        return sum((-1) ** j * m[0][j] * det([row[:j] + row[j + 1 :] for row in m[1:]]) for j in range(len(m)))

    return det([list(row) for row in A]) * c[0]


# --- arrays


@at((V, W))
def indexing(x, y):
    mask = x > 0
    return x[mask].sum() * y[[0, 2]].prod() + x[-1] * y[::2][1] + x[::-1] @ y + (x[np.newaxis, 1:] * y[1:, None]).sum()


@at((V, W))
def filling_in_place(x, y):
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] * y[i]
        if i:
            out[i] += out[i - 1] ** 2
    out[1:3] *= 2
    view = out[1:]
    view[0] = x[3]
    return out


@at((V, W))
def broadcasting(x, y):
    table = x[:, None] - y[None, :]
    table = table / np.sum(table**2, axis=1, keepdims=True)
    return table.max(axis=0) + np.mean(table, axis=0) ** 2


@at((V, W))
def choices(x, y):
    a = np.where(x > y, x**2, y)
    b = np.maximum(x, 0.5) + np.minimum(x, y) + np.clip(x, -1, 1)
    return a * b + np.abs(x) * np.sign(y) + (x > 0) * y


@at((V, M))
def einsums(x, A):
    return np.einsum("ij,j->i", A, x) + np.einsum("ii", A) + np.einsum("i,ij,j", x, A, x) * np.tensordot(A, A)


@at((V, W))
def scans(x, y):
    return np.cumsum(x * y) + np.cumprod(y)[::-1] + np.append(np.diff(x), 0) + np.outer(x, y).sum(axis=0)


@at((V, W))
def moved_entries(x, y):
    a = np.concatenate([x, y, [1.0]]).reshape(3, 3)
    b = np.pad(x[:2], 1, mode="edge") + np.roll(y, 1) + np.flip(x)
    c = np.tile(x[:2], 2) * np.repeat(y[:2], 2) + np.hstack([x[2:], y[:2]])
    return a.T.ravel()[:4] * b + c + np.rot90(a)[0, 0] + np.tril(a, -1).sum() + np.vstack([x, y])[1, 2]


@at((V, W))
def ufunc_methods(x, y):
    total = np.add.reduce(x) + np.multiply.outer(x, y)[1, 2] + np.add.accumulate(y)[2] + np.maximum.reduce(y)
    counts = np.zeros(3)
    np.add.at(counts, [0, 2, 0, 1], x)
    return total * counts


@at((V, 1.3))
def changes_its_argument(x, s):
    x *= s
    x[0] = x[1] * x[2]
    x += 1
    return x.sum() + x[0] * x[3]


@at((V, W))
def order_statistics(x, y):
    s = np.sort(x)
    return s[0] * y[1] + np.median(y) + y[np.argsort(x)] @ s + np.percentile(x, 30) + np.ptp(y)


@at((V, W))
def statistics(x, y):
    return np.cov(x, y)[0, 1] + np.corrcoef(x, y)[0, 1] + np.var(x) + np.std(y, ddof=1) + np.average(x, weights=y**2)


@at((V, np.array([0.1, 0.35, 0.8])))
def interpolation(fp, x):
    return np.interp(x, np.linspace(0, 1, 4), fp) * np.polyval(fp, x) + np.gradient(fp)[1:]


@at((V,))
def vectorised(x):
    def f(v):
        return v**2 if v > 0 else math.exp(v)

    return np.vectorize(f)(x) + np.array([f(v) for v in x]) + np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, np.sin])


@at((T,))
def along_axes(A):
    lanes = np.apply_along_axis(lambda row: row / np.sqrt(np.sum(row**2)), 1, A)
    return lanes.sum(axis=0) + np.swapaxes(A, 0, 1).mean(axis=1) + np.take(A, [2, 0], axis=0)[0]


@at((V, W))
def out_and_copyto(x, y):
    out = np.empty(4)
    np.multiply(x, y, out=out)
    np.copyto(out[:2], y[:2])
    np.fill_diagonal(square := np.zeros((4, 4)), x)
    return out + square @ y


@at((np.array([3, 1, 2]), 0.5))
def whole_numbers(n, x):
    return n * x**2 + n.sum() ** 2 + n[0] / n[1]


# --- learning


@at((T, np.array([0, 2, 1, 0, 2]), rng(3).normal(size=(3, 3)), np.zeros(3)))
def softmax_regression(X, y, W, b):
    z = X @ W + b
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean() + 0.1 * np.sum(W**2)


@at((T, np.array([[0.0, 0.5, 0.1], [1.0, -0.5, 0.3]])))
def k_means_step(X, centres):
    distances = ((X[:, None, :] - centres[None]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    return np.array([X[nearest == k].mean(axis=0) if np.any(nearest == k) else centres[k] for k in range(2)])


@at((T, rng(5).normal(size=(2, 2)), rng(6).normal(size=(2, 3)), np.array([0.1, -0.2])))
def recurrent_network(xs, U, W, b):
    h = np.zeros(2)
    states = []
    for x in xs:
        h = np.tanh(U @ h + W @ x + b)
        states.append(h)
    return np.stack(states).mean(axis=0) + np.sum(states[-1] ** 2)


@at(({"W": [T[:3], T[2:].T @ T[:3]], "b": np.array([0.1, 0.2, 0.3])}, V[:3]))
def network_of_a_dictionary(params, x):
    for weight in params["W"]:
        x = np.maximum(weight @ x + params["b"], 0.01 * x)
    return x.sum()


@at((V, np.array([0.5, -1.0, 0.8])))
def dynamic_time_warping(a, b):
    D = np.full((len(a) + 1, len(b) + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            D[i, j] = (a[i - 1] - b[j - 1]) ** 2 + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[-1, -1]


@at((V, np.array([0.5, -1.0, 0.8]), 0.7))
def soft_edit_distance(a, b, gamma):
    def softmin(*values):
        m = min(values)
        return m - gamma * np.log(sum(np.exp(-(v - m) / gamma) for v in values))

    previous = [float(j) for j in range(len(b) + 1)]
    for i in range(1, len(a) + 1):
        row = [float(i)]
        for j in range(1, len(b) + 1):
            row.append(softmin(previous[j] + 1, row[-1] + 1, previous[j - 1] + abs(a[i - 1] - b[j - 1])))
        previous = row
    return previous[-1]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@at((V, rng(7).normal(size=(8, 6)), rng(8).normal(size=8)))
def lstm_cell(x, W, b):
    h, c = np.zeros(2), np.zeros(2)
    for _ in range(2):
        i, f, o, g = np.split(W @ np.concatenate([x, h]) + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


@at((T[:4] / 3, T[1:, 0]))
def attention(X, v):
    scores = X @ X.T / np.sqrt(X.shape[1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights @ X).T @ v


@at((T, rng(9).normal(size=(2, 2))))
def image_convolution(image, kernel):
    h, w = kernel.shape
    out = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)
    return np.tanh(out)


@at((V, np.array([0.2, 0.5, 0.3])))
def convolutions(x, k):
    by_hand = np.zeros(len(x) + len(k) - 1)
    for i in range(len(x)):
        for j in range(len(k)):
            by_hand[i + j] += x[i] * k[j]
    return by_hand * np.convolve(x, k)


@at((T, np.array([1.0, 2.0])))
def kalman_filter(z, q):
    x, P = np.zeros(2), np.eye(2)
    F = np.array([[1.0, 0.1], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    likelihood = 0.0
    for measurement in z[:, 0]:
        x = F @ x
        P = F @ P @ F.T + np.diag(q) * 0.1
        S = (H @ P @ H.T)[0, 0] + 0.5
        K = P @ H[0] / S
        r = measurement - H[0] @ x
        x = x + K * r
        P = P - np.outer(K, H[0] @ P)
        likelihood -= 0.5 * (np.log(2 * np.pi * S) + r**2 / S)
    return likelihood


@at((100.0, 95.0, 0.25, 0.03, 0.2), (100.0, 105.0, 1.0, 0.01, 0.4))
def black_scholes(spot, strike, time, rate, sigma):
    def cdf(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    d1 = (math.log(spot / strike) + (rate + sigma**2 / 2) * time) / (sigma * math.sqrt(time))
    return spot * cdf(d1) - strike * math.exp(-rate * time) * cdf(d1 - sigma * math.sqrt(time))


@at((100.0, 105.0, 0.3))
def american_put(spot, strike, sigma):
    n, dt = 6, 0.1
    u = np.exp(sigma * np.sqrt(dt))
    p = (1.001 - 1 / u) / (u - 1 / u)
    values = [max(strike - spot * u ** (n - 2 * i), 0.0) for i in range(n + 1)]
    for step in range(n - 1, -1, -1):
        values = [
            max(0.999 * (p * values[i] + (1 - p) * values[i + 1]), strike - spot * u ** (step - 2 * i))
            for i in range(step + 1)
        ]
    return values[0]


@at((np.array([1.0, 0.3]), np.array([1.0, 0.7, 0.4, 0.35])))
def gauss_newton(theta, y):
    t = np.arange(4.0)
    for _ in range(3):
        model = theta[0] * np.exp(-theta[1] * t)
        J = np.column_stack([np.exp(-theta[1] * t), -t * model])
        theta = theta + np.linalg.solve(J.T @ J, J.T @ (y - model))
    return theta


@at((V,))
def autocorrelation(x):
    x = x - x.mean()
    return np.array([np.sum(x[k:] * x[: len(x) - k]) for k in range(3)]) / np.sum(x * x)


@at((np.array([0.1, 0.7, 0.2]), np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.9]])))
def viterbi(prior, likelihood):
    transition = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]])
    score = np.log(prior) + np.log(likelihood[:, 0])
    score = np.max(score[:, None] + np.log(transition), axis=0) + np.log(likelihood[:, 1])
    return score.max()


# --- Python


@at((V, 0.3))
def closures(x, rate):
    def make(scale):
        def inner(v):
            return scale * v + rate

        return inner

    functions = [make(k) for k in range(3)]
    count = 0

    def bump():
        nonlocal count
        count += 1
        return count

    return functools.reduce(lambda v, f: f(v) * bump(), functions, x)


class Polynomial:
    def __init__(self, coefficients):
        self.coefficients = coefficients

    @property
    def degree(self):
        return len(self.coefficients) - 1

    def __call__(self, x):
        result = np.zeros_like(x)
        for c in reversed(self.coefficients):
            result = result * x + c
        return result

    @staticmethod
    def integral(p):
        return type(p)([0.0, *(c / (k + 1) for k, c in enumerate(p.coefficients))])


class Scaled(Polynomial):
    def __init__(self, coefficients, scale):
        super().__init__(coefficients)
        self.scale = scale

    def __call__(self, x):
        table = np.zeros(3)
        table[self.degree] = self.scale
        return super().__call__(x) * table.sum()


FIXED = Scaled([1.0, -0.5, 2.0], 3.0)


@at((V, 1.5))
def objects(c, x):
    p = Polynomial(c)
    return p(x) + Polynomial.integral(p)(x) + Scaled([x, 2.0], c[0])(x) + FIXED(x)


@dataclass
class Particle:
    position: Any
    velocity: Any

    def moved(self, dt):
        return Particle(self.position + dt * self.velocity, self.velocity)


@at((np.array([0.0, 1.0]), np.array([1.0, 0.5])))
def data_classes(q, v):
    p = Particle(q, v)
    for _ in range(3):
        p = p.moved(0.1)
    return p.position * p.velocity


ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "square": lambda x: math.pow(x, 2)}


@at((0.7, "relu"), (0.7, "square"), (-0.7, "relu"))
def tables_of_functions(x, name):
    return ACTIVATIONS[name](x) * x


@at((V,))
def iterators(x):
    pairs = sum(a * b for a, b in itertools.combinations(x, 2))
    running = list(itertools.accumulate(x, operator.mul))
    best, place = max((v, k) for k, v in enumerate(x))

    def squares() -> Iterator[Any]:
        for v in x:
            yield v * v

    return pairs + running[-1] + best * place + sum(squares()) + sum(map(abs, x)) + min(x, key=lambda v: (v - 1) ** 2)


@at((V,))
def containers(x):
    counts = {}
    for k, v in enumerate(x):
        counts.setdefault(k % 2, []).append(v)
    left, *rest = counts[0]
    odd = [v for v in x if v < 1]
    return left * sum(rest) + math.prod(counts[1]) + len(odd) * sum(odd) + math.hypot(*x[:2]) + math.fsum(x)


@functools.lru_cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@at((0.5,))
def cached_recursion(x):
    @functools.cache
    def legendre(n):
        return [1.0, x][n] if n < 2 else ((2 * n - 1) * x * legendre(n - 1) - (n - 1) * legendre(n - 2)) / n

    return legendre(5) * fibonacci(7)


@at((V, W))
def inner_import(x, y):
    import math as m

    import numpy

    out = numpy.zeros(2)
    out[0] = m.exp(x[0])
    out[1] = float(y[1]) * x.item(2)
    return out


@at((V,))
def numbers_of_python(x):
    a = x.tolist()
    total = 0
    for v in a:
        total += v**3 if isinstance(v, float) else 1000
    return total + float(np.float64(2) * x[0]) + np.float64(x[1]) ** 2 + f"{x[0]:.2f}".count(".")


@at((V,))
def convergence(x):
    y = np.ones_like(x)
    for _ in range(200):
        new = 0.5 * np.cos(y) * x
        if np.allclose(new, y, rtol=0, atol=1e-13):
            break
        y = new
    return y


@at((np.array([0.2, 0.5, 0.3]),))
def entropy_with_zeros(p):
    q = np.append(p, 0.0)
    terms = np.where(q > 0, -q * np.log(np.where(q > 0, q, 1.0)), 0.0)
    return terms.sum()


@at((V, W))
def noise_is_constant(x, y):
    noise = np.random.default_rng(4).normal(size=4)
    return np.sum(noise * x) + y @ np.linspace(0, 1, 4) + np.sum(np.linspace(x[0], y[1], 5) ** 2)


@at((V, 0.4))
def through_complex_numbers(x, phase):
    n = len(x)
    spectrum = [sum(x[t] * np.exp(-2j * np.pi * k * t / n) for t in range(n)) for k in range(n)]
    return sum(abs(s) ** 2 for s in spectrum[1:]) + (np.exp(1j * phase) * x[0]).real


# --- more of the same, as strangers write it


@at((V, np.array([0.5, -1.0, 0.8, 0.1])))
def views_of_views(x, y):
    z = np.empty((2, len(x)))
    z[0] = x
    z[1, ::-1] = y
    z[:, 1:] -= z[:, :-1]
    flat = z.reshape(-1)
    flat[3] = 7 * x[1]
    z.T[0] *= 2
    z[0, :2], z[0, 2:] = z[0, 2:].copy(), z[0, :2].copy()
    return z.sum(axis=0) * z[0]


@at((S, W))
def conjugate_gradient(A, b):
    x, r = np.zeros(len(b)), b.copy()
    p, rs = r.copy(), r @ r
    for _ in range(len(b)):
        Ap = A.dot(p)
        alpha = rs / (p @ Ap)
        x, r = x + alpha * p, r - alpha * Ap
        new = r @ r
        if np.sqrt(new) < 1e-12:
            break
        p, rs = r + (new / rs) * p, new
    return x


@at((rng(11).normal(size=(6, 2)), np.array([0.5, 1.0]), 0.1))
def gaussian_process(X, scales, noise):
    d = (X[:, None, :] - X[None, :, :]) / scales
    K = np.exp(-0.5 * (d**2).sum(-1)) + noise * np.eye(len(X))
    y = np.sin(X[:, 0])
    sign, logdet = np.linalg.slogdet(K)
    return 0.5 * y.dot(np.linalg.solve(K, y)) + 0.5 * sign * logdet


@at((V, 0.3))
def adam(x, rate):
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t in range(1, 6):
        g = 2 * x + np.cos(x)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        x = x - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


@at((rng(12).normal(size=(2, 4, 4)), rng(13).normal(size=(2, 2, 3, 3))))
def convolutional_layer(x, w):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    out = np.zeros((2, 4, 4))
    for o in range(2):
        for i in range(4):
            for j in range(4):
                out[o, i, j] = (padded[:, i : i + 3, j : j + 3] * w[o]).sum()
    return np.maximum(out, 0).mean()


@at((np.array([0.1, 0.2, 0.3]),))
def rotation_matrix(r):
    angle = np.linalg.norm(r)
    k = r / angle
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


@at((np.array([0.0, 0.5, 1.5, 3.0]), np.array([1.0, 2.0, 0.0, 1.0])))
def cubic_spline(x, y):
    n, h = len(x), np.diff(x)
    A, r = np.eye(n), np.zeros(n)
    for i in range(1, n - 1):
        A[i, i - 1], A[i, i], A[i, i + 1] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        r[i] = 3 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    c = np.linalg.solve(A, r)
    i = np.searchsorted(x, 1.0) - 1
    b = (y[i + 1] - y[i]) / h[i] - h[i] * (2 * c[i] + c[i + 1]) / 3
    t = 1.0 - x[i]
    return y[i] + b * t + c[i] * t**2 + (c[i + 1] - c[i]) / (3 * h[i]) * t**3


@at((V,))
def masks(x):
    y = x.copy()
    y[y < 0] = 0
    y[np.abs(x) > 2] *= 3
    chosen = np.where(x > 0.5)[0]
    y[chosen] += x[chosen] ** 2
    both = (x > 0) & (x < 2) | (x == 0)
    return y.sum() + (y != 0).sum() * x.mean() + x[both].sum() * both.mean() + x[~both].prod()


@at((V,))
def spectrum(x):
    return (np.abs(np.fft.fft(x)) ** 2 * np.arange(4)).sum() + np.polyfit(np.arange(4.0), x, 1) + np.r_[x[:1], 2.0]


@at((np.array([2.0, 3.0, 1.0]),))
def priority_queue(x):
    import heapq

    heap = []
    for k, v in enumerate(x):
        heapq.heappush(heap, (v, k))
    least, k = heapq.heappop(heap)
    return least * (k + 1) + heapq.nlargest(1, x)[0] ** 2 + np.unique(x)[1]


@at((np.array([1.0, 2.0, 3.0, 4.0]),))
def overlapping_writes(x):
    x[1:] = x[:-1]
    x[:2] += x[2:]
    back = x[::-1]
    back[0] = 0
    back += 1
    x.sort()
    return x * np.arange(1, 5)


@at((np.array([1.0, 2.0, 3.0]),))
def results_in_a_tuple(x):
    return x * 2, x[::-1] ** 2


@functools.singledispatch
def doubled(x):
    return [2 * v for v in x]


@doubled.register
def _(x: float):
    return 2 * x


@at((V, 0.5))
def kinds_of_values(x, t):
    named = {float: lambda v: v**2, np.ndarray: np.sum}
    chosen = named[type(t)](t) + named[type(x)](x) + (type(t) is float) + (type(x) is np.ndarray)
    same = (
        isinstance(t, (int, float)) and isinstance(x[0], np.floating) and x.dtype == float and issubclass(float, object)
    )
    return chosen * same + doubled(t) + sum(doubled(x)) + float("1.5") * float.fromhex("0x1p1")


@at((V, np.array([2, 0, 1, 2])), (np.array([0.5, -1.0, 2.0]), np.array([0, 0, 2])))
def counted(table, places):
    weights = np.bincount(places, weights=table[places], minlength=3)
    return (table[places] * np.arange(len(places))).sum() + np.bincount(places, minlength=3) @ weights**2


class Node:
    """A step of somebody's own automatic differentiation."""

    def __init__(self, data, children=()):
        self.data, self.children, self.grad = data, children, 0.0
        self.back = lambda: None

    def __mul__(self, other):
        out = Node(self.data * other.data, (self, other))

        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def build(node):
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    build(child)
                order.append(node)

        build(self)
        self.grad = 1.0
        for node in reversed(order):
            node.back()


@at((2.0, 3.0))
def somebody_elses_gradient(a, b):
    x, y = Node(a), Node(b)
    z = x * y * x
    z.backward()
    return x.grad * y.grad + z.data


@at((V,))
def flat_entries(x):
    A = np.zeros((2, 4)).T
    A.flat[3] = x[0]
    A.flat[::2] = x
    return A @ np.array([1.0, 2.0]) + sum(v * k for k, v in enumerate(A.flat))


@at((np.array([0.5, 2.5]), 3))
def dispatch(x, n):
    match n:
        case 3:
            f = functools.partial(math.pow, x[1])
        case _:
            f = abs
    return [f(v) for v in range(n)] + [v if v > 1 else -v for v in x]


# --- what leaves the world, and a word of the line that says so


def detached(x):
    y = x * x
    return np.sum(sd.detach(y) * x) + np.sum(y)


PLAIN = np.zeros(3)
REFUSED: list[tuple[Callable[..., Any], str]] = []  # and what the line that is named holds


def refused(line: str) -> Callable[[Any], Any]:
    def enter(f: Any) -> Any:
        REFUSED.append((f, line))
        return f

    return enter


@refused("scipy.linalg.expm")
def into_scipy(x):
    import scipy.linalg

    return scipy.linalg.expm(np.outer(x, x))


@refused("pickle.dumps")
def pickled(x):
    import pickle

    return pickle.loads(pickle.dumps(x))


@refused("PLAIN[0] =")
def into_an_array_from_outside(x):
    PLAIN[0] = x[0]
    return PLAIN


@refused("counts[0] =")
def cut_off(x):
    counts = np.zeros(3, dtype=int)
    counts[0] = x[0]
    return counts


@refused("math.frexp")
def caught(x):
    try:
        return math.frexp(x[0])[0]
    except ValueError:
        return 3.0


@refused("json.dumps")
def as_text(x):
    import json

    return len(json.dumps(x.tolist())) * x


@refused("range(")
def counting_to_a_fraction(x):
    return sum(x[0] for _ in range(x[1]))


@refused("loc=x")
def drawn(x):
    return np.random.default_rng(0).normal(loc=x)


@refused("np.linalg.eig(")
def without_a_rule(x):
    return np.linalg.eig(np.outer(x, x))[0]


@refused("sd.trace")
def traced_inside(x):
    return sd.trace(lambda y: y * y)(x).value


@refused("tobytes")
def as_bytes(x):
    return len(x.tobytes()) * x


@refused("def nothing")
def nothing(x):
    x += 1


@refused("statistics.mean")
def into_the_library(x):
    import statistics

    return statistics.mean(x.tolist())
