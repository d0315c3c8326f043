"""Simulated agents of known leniency, who answer drafts of known quality."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from tasks.feedback.leniency import Told


@dataclass(frozen=True)
class Office:
    """Agents, topics and versions on the logit scale; who is handed what is drawn by `seed`."""

    seed: int
    agents: int = 12
    spread: float = 1.2
    topics: int = 6
    versions: tuple[float, ...] = (0.0, 0.6)
    confounded: bool = True
    """Whether lenient agents get the first version more often: up to 85 drafts of 100."""

    def answers(self, count: int) -> tuple[list[Told], list[float]]:
        """Answers, and the true acceptance of each version: by all agents, on all topics."""
        draw = np.random.default_rng(self.seed)
        agents = draw.normal(0, self.spread, self.agents)
        topics = draw.normal(0, 0.5, self.topics)
        rank = np.argsort(np.argsort(agents)) / max(1, self.agents - 1)
        told = []
        for _ in range(count):
            agent, topic = draw.integers(self.agents), draw.integers(self.topics)
            of_first = 0.15 + 0.7 * rank[agent] if self.confounded else 0.5
            version = int(draw.random() >= of_first)
            share = expit(self.versions[version] + agents[agent] + topics[topic])
            accepted = bool(draw.random() < share)
            told.append(Told(f"{version}", f"agent-{agent}", f"topic-{topic}", accepted))
        truth = [float(expit(v + agents[:, None] + topics).mean()) for v in self.versions]
        return told, truth
