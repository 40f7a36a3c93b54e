// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Brings the problems that the reader of words found and those that keywords find into the order of the lines, as if both
 * had been read together, and closes each file with the line HAProxy closes it with. One per load.
 */
final class Timeline {
    /** After so many errors in one file HAProxy gives up. */
    private static final int TOO_MANY = 50;

    private final Problems found;
    private final Problems problems;
    private final Deque<Problem> pending = new ArrayDeque<>();
    private final List<String> files;
    private int file;
    private int alertsBefore;
    private int line;

    /**
     * @param found what the reader of words finds, in order; it has always read the line that is reached. Taken out of it
     * @param files what is read, in order
     */
    Timeline(Problems found, List<String> files, Problems problems) {
        this.found = found;
        this.files = files;
        this.problems = problems;
        takeFound();
        while (!pending.isEmpty() && pending.peek().origin() == null) {
            problems.add(pending.remove());
        }
        alertsBefore = problems.alerts();
    }

    /** Says which line is read next; false when there have been too many errors to read on. */
    boolean reach(Origin origin) {
        while (file < files.size() - 1 && !files.get(file).equals(origin.file())) {
            closeFile();
        }
        takePendingBefore(origin.line());
        line = origin.line();
        if (problems.alerts() - alertsBefore < TOO_MANY) {
            return true;
        }
        problems.alert(
                origin,
                "parsing [" + origin.file() + ":" + line + "]: too many fatal errors (" + TOO_MANY
                        + "), stopping now.");
        end();
        return false;
    }

    /** Ends the reading where HAProxy would: nothing below is reported. */
    void stop() {
        takePendingBefore(line + 1);
        end();
    }

    private void end() {
        takeFound();
        pending.clear();
        closeFile();
        file = files.size();
    }

    /** After the last line of the last file. */
    void finish() {
        while (file < files.size()) {
            closeFile();
        }
        pending.forEach(problems::add);
    }

    private void closeFile() {
        takePendingBefore(Integer.MAX_VALUE);
        if (problems.alerts() > alertsBefore && file < files.size()) {
            problems.add(Problem.alert(null, "Error(s) found in configuration file : " + files.get(file)));
        }
        alertsBefore = problems.alerts();
        file++;
    }

    private void takeFound() {
        if (found.size() > 0) {
            pending.addAll(found.takeFrom(0));
        }
    }

    private void takePendingBefore(int limit) {
        takeFound();
        while (!pending.isEmpty() && isHere(pending.peek(), limit)) {
            problems.add(pending.remove());
        }
    }

    private boolean isHere(Problem problem, int limit) {
        Origin origin = problem.origin();
        return origin == null
                || (file < files.size() && origin.file().equals(files.get(file)) && origin.line() < limit);
    }
}
