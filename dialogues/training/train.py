"""Train the recogniser: `make train` reads the messages and writes dialogues/recogniser.bin.

scikit-learn fits one linear model per topic and one per danger; their weights, with the rarity of each bucket folded
in, are rounded to eight bits. The product needs none of these packages.
"""

import json
import zlib

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from dialogues.concepts import read_concepts
from dialogues.features import BUCKETS, features_of
from dialogues.forms import Forms
from dialogues.loader import CONCEPTS, RECOGNISER
from dialogues.recogniser import ZERO
from dialogues.training.messages import FOLDER, Labelled, fingerprint, read_all

SEED = 20261122
TOPIC_STRENGTH = 0.8  # how closely the models follow the examples; chosen on messages held out of the training set
DANGER_STRENGTH = 1.0
LEAST = 3  # messages that a bucket must be met in: rarer ones would double the table and change nothing

Floats = NDArray[np.float64]


def main() -> None:
    """Train on every message in the folder and write the artefact."""
    paths = sorted(FOLDER.glob("*/*.tsv"))
    RECOGNISER.write_bytes(train(read_all(paths), read_concepts(CONCEPTS), fingerprint(paths, CONCEPTS)))


def train(messages: list[Labelled], concepts: Forms, trained_on: str) -> bytes:
    """The artefact for a set of messages, as `load_recogniser` reads it."""
    found = _count(messages, concepts)
    buckets = np.flatnonzero(np.asarray(found.sum(axis=0)).ravel() >= LEAST)
    found = found[:, buckets]
    rarity = _rarity(found)
    weighed = _weigh(found, rarity)
    labels, weights, biases = _fit_all(weighed, messages)
    lanes, scales = _round(np.vstack([weights * rarity, rarity**2]))
    head = {
        "labels": labels,
        "scales": [float(f"{scale:.6g}") for scale in scales],
        "biases": [round(float(bias), 4) for bias in biases],
        "rows": len(buckets),
        "trained_on": trained_on,
    }
    rows = buckets.astype("<u4").tobytes() + lanes.T.astype("<u1").tobytes()
    return json.dumps(head).encode() + b"\n" + zlib.compress(rows, 9)


def _count(messages: list[Labelled], concepts: Forms) -> sparse.csr_matrix:
    rows = [features_of(concepts, message.text) for message in messages]
    ends = np.cumsum([0, *map(len, rows)])
    columns = [bucket for row in rows for bucket in row]
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), BUCKETS))


def _rarity(found: sparse.csr_matrix) -> Floats:
    """Smoothed inverse document frequency."""
    frequency = np.asarray(found.sum(axis=0)).ravel()
    return np.log((1 + found.shape[0]) / (1 + frequency)) + 1


def _weigh(found: sparse.csr_matrix, rarity: Floats) -> sparse.csr_matrix:
    weighed = found @ sparse.diags(rarity)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ weighed)


def _fit_all(weighed: sparse.csr_matrix, messages: list[Labelled]) -> tuple[list[str], Floats, Floats]:
    topics = np.array([message.topic for message in messages])
    topic_model = LinearSVC(C=TOPIC_STRENGTH, tol=1e-3, random_state=SEED).fit(weighed, topics)
    labels = [f"topic {name}" for name in topic_model.classes_]
    weights, biases = [topic_model.coef_], [topic_model.intercept_]
    for level in ("concern", "urgent"):
        # `concern` is learned as "at least concern": what is urgent is of concern too.
        truth = np.array([message.danger in {level, "urgent"} for message in messages])
        model = LinearSVC(C=DANGER_STRENGTH, tol=1e-3, random_state=SEED).fit(weighed, truth)
        labels.append(f"danger {level}")
        weights.append(model.coef_)
        biases.append(model.intercept_)
    return labels, np.vstack(weights), np.concatenate(biases)


def _round(weights: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Lanes from 1 to 255 around ZERO, a row of them per weight vector, and what one step is worth."""
    # The few largest weights are cut, so that the many others keep their differences.
    most = np.array([np.quantile(np.abs(row[row != 0]), 0.9995) for row in weights])
    scales = most / (ZERO - 1)
    lanes = np.clip(np.rint(weights / scales[:, None]), -(ZERO - 1), ZERO - 1).astype(np.int64) + ZERO
    return lanes, scales


if __name__ == "__main__":
    main()
