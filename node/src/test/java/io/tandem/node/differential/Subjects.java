// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The installed haproxy and ours with one configuration: what comes of a conversation must be the same. */
final class Subjects implements AutoCloseable {
    private static final int SLOWLY = 8;

    private final Subject haproxy;
    private final Subject tandem;

    /** A conversation, and what of it is compared. */
    @FunctionalInterface
    interface Conversation<T> {
        T with(Subject subject) throws IOException;
    }

    private record Both<T>(T theirs, T ours) {
        boolean isEqual() {
            return theirs.equals(ours);
        }
    }

    /** Skips the test where there is no haproxy; on the build server that is a failure. */
    Subjects(String configuration) throws IOException {
        this(configuration, configuration);
    }

    /** @param theirs and {@code ours}: where a name must not be the same */
    Subjects(String theirs, String ours) throws IOException {
        InstalledHaproxy.assumeInstalled();
        haproxy = new Subject(theirs, true);
        tandem = new Subject(ours, false);
    }

    /** Talks to both at the same time, and once more and slowly where the machine may have been busy; answers haproxy's. */
    <T> T same(Conversation<T> conversation) throws Exception {
        Both<T> both = both(conversation, 1);
        if (!both.isEqual()) {
            both = both(conversation, SLOWLY);
        }
        assertThat(both.ours).isEqualTo(both.theirs);
        return both.theirs;
    }

    private <T> Both<T> both(Conversation<T> conversation, int patience)
            throws ExecutionException, InterruptedException {
        CompletableFuture<T> theirs = CompletableFuture.supplyAsync(() -> with(haproxy, conversation, patience));
        T ours = with(tandem, conversation, patience);
        return new Both<>(theirs.get(), ours);
    }

    private static <T> T with(Subject subject, Conversation<T> conversation, int patience) {
        subject.patience(patience);
        try {
            return conversation.with(subject);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        haproxy.close();
        tandem.close();
    }
}
