// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of one load, in the order they were found. Not thread-safe. */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();
    private int alerts;

    public void add(Problem problem) {
        found.add(problem);
        if (problem.severity() == Severity.ALERT) {
            alerts++;
        }
    }

    public void alert(Origin origin, String text) {
        add(Problem.alert(origin, text));
    }

    public void warning(Origin origin, String text) {
        add(Problem.warning(origin, text));
    }

    /** How many of them are alerts; cheap, for it is asked with each line. */
    public int alerts() {
        return alerts;
    }

    public int size() {
        return found.size();
    }

    /** Takes out what was added behind the first {@code count}; whoever asks puts it back, in another order. */
    public List<Problem> takeFrom(int count) {
        List<Problem> behind = found.subList(count, found.size());
        List<Problem> taken = List.copyOf(behind);
        behind.clear();
        alerts -= (int) taken.stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .count();
        return taken;
    }

    public List<Problem> all() {
        return List.copyOf(found);
    }

    public boolean hasAlerts() {
        return alerts > 0;
    }

    public boolean has(Severity severity) {
        return found.stream().anyMatch(problem -> problem.severity() == severity);
    }
}
