// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code show sess} and {@code shutdown session} (HAProxy management guide 9.3). The fields have HAProxy's names; those about
 * its own inner life (tasks, flags, buffers) have no counterpart and are left out, as is the session of the admin socket.
 *
 * <p>On the admin socket's thread, which asks the loops and waits for their answers; a session gets its number when it is
 * first listed.
 */
public final class SessionCommands {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

    private final Loops loops;
    private final AtomicLong lastId = new AtomicLong(); // counts up on the loops

    private SessionCommands(Loops loops) {
        this.loops = loops;
    }

    /** The commands of a process with these loops. */
    public static List<Command> of(Loops loops) {
        SessionCommands commands = new SessionCommands(loops);
        return List.of(
                new Command(
                        "show sess",
                        "show sess [id]",
                        "report the list of current sessions or dump this exact session",
                        Level.OPERATOR,
                        commands::show),
                new Command(
                        "shutdown session",
                        "shutdown session [id]",
                        "kill a specific session",
                        Level.ADMIN,
                        commands::shutDown));
    }

    /** Ends all sessions, as {@code shutdown session} ends one; soon. Any thread. */
    public static void endAll(Loops loops) {
        for (Loop loop : loops.all()) {
            loop.eventLoop().execute(() -> {
                loop.tick();
                ClientConnections.sessions(loop, session -> session.kill(Termination.KILLED));
            });
        }
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        String word = arguments.word(0);
        boolean one = word.startsWith("0x");
        long id = one ? number(word) : 0;
        long olderS = word.equals("older") ? number(arguments.word(1)) : 0;
        SessionText text = new SessionText(System.nanoTime(), one || word.equals("all"));
        List<String> entries = ask(session -> {
            long known = named(session);
            boolean wanted = one ? known == id : text.ageS(session) >= olderS;
            return wanted ? text.of(session) : null;
        });
        entries.forEach(answer::append);
        if (one && entries.isEmpty()) {
            answer.append("Session not found.\n");
        }
    }

    private void shutDown(Command.Arguments arguments, StringBuilder answer) {
        long id = number(arguments.word(0));
        if (id == 0) {
            answer.append("Session pointer expected (use 'show sess').\n");
            return;
        }
        List<String> ended = ask(session -> {
            if (session.facts().sessionId != id) {
                return null;
            }
            session.kill(Termination.KILLED);
            return "";
        });
        if (ended.isEmpty()) {
            answer.append("No such session (use 'show sess').\n");
        }
    }

    private long named(LiveSession session) {
        Facts facts = session.facts();
        if (facts.sessionId == 0) {
            facts.sessionId = lastId.incrementAndGet();
        }
        return facts.sessionId;
    }

    /** A number in hexadecimal behind {@code 0x}, or in decimal; 0 where it is none. */
    private static long number(String word) {
        try {
            return word.isEmpty() ? 0 : Long.decode(word);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    /** What {@code question} says about the sessions of all loops, where that is not null. A loop that is stuck is left out. */
    private List<String> ask(Function<LiveSession, @Nullable String> question) {
        List<CompletableFuture<List<String>>> answers = new ArrayList<>();
        for (Loop loop : loops.all()) {
            CompletableFuture<List<String>> answer = new CompletableFuture<>();
            answers.add(answer);
            loop.eventLoop().execute(() -> {
                List<String> found = new ArrayList<>();
                try {
                    loop.tick();
                    ClientConnections.sessions(loop, session -> {
                        String entry = question.apply(session);
                        if (entry != null) {
                            found.add(entry);
                        }
                    });
                } finally {
                    answer.complete(found);
                }
            });
        }
        List<String> all = new ArrayList<>();
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        for (CompletableFuture<List<String>> answer : answers) {
            try {
                all.addAll(answer.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return all;
            } catch (ExecutionException | TimeoutException stuck) {
                all.add("# one of the threads does not answer\n");
            }
        }
        return all;
    }
}
