// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A proxy that runs a configuration: the installed haproxy, or ours in this process. */
final class Contender implements AutoCloseable {
    /** A configuration was refused. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // never written
        private final List<String> complaints;

        Refusal(List<String> complaints) {
            super(complaints.toString());
            this.complaints = complaints;
        }

        List<String> complaints() {
            return complaints;
        }
    }

    private final BooleanSupplier running;
    private final Runnable end;

    private Contender(BooleanSupplier running, Runnable end) {
        this.running = running;
        this.end = end;
    }

    /** Whether it still runs. */
    boolean isRunning() {
        return running.getAsBoolean();
    }

    static Contender haproxy(String text) throws IOException, Refusal {
        try {
            InstalledHaproxy haproxy = new InstalledHaproxy(text);
            return new Contender(haproxy::isRunning, haproxy::close);
        } catch (InstalledHaproxy.NotServing refused) {
            List<String> complaints = HaproxyCheck.in(refused.output()).stream()
                    .filter(HaproxyCheck.Message::isAlert)
                    .map(HaproxyCheck.Message::text)
                    .toList();
            if (complaints.isEmpty()) {
                throw refused;
            }
            throw new Refusal(complaints);
        }
    }

    static Contender tandem(String text) throws Refusal {
        try {
            return new Contender(() -> true, TestProxy.start(text, 1)::close);
        } catch (IllegalStateException refused) {
            List<String> complaints = LoadedText.of(text).problems().stream()
                    .filter(problem -> problem.severity() == Severity.ALERT)
                    .map(Problem::text)
                    .toList();
            if (complaints.isEmpty()) {
                throw refused;
            }
            throw new Refusal(complaints);
        }
    }

    @Override
    public void close() {
        end.run();
    }
}
