// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of one load, in the order they were found. Not thread-safe. */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();

    public void add(Problem problem) {
        found.add(problem);
    }

    public void alert(Origin origin, String text) {
        found.add(Problem.alert(origin, text));
    }

    public void warning(Origin origin, String text) {
        found.add(Problem.warning(origin, text));
    }

    public List<Problem> all() {
        return List.copyOf(found);
    }

    public boolean hasAlerts() {
        return has(Severity.ALERT);
    }

    public boolean has(Severity severity) {
        return found.stream().anyMatch(problem -> problem.severity() == severity);
    }
}
