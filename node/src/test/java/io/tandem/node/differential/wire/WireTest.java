// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.testkit.InstalledHaproxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same configuration, the same bytes from the client, the same doings of the server: the installed haproxy and this
 * proxy must send the same to both sides and log the same, up to times and ports. What differs on purpose is in
 * {@link Differences}; whatever either way reaches the server, the strictest reader finds in it what the log says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WireTest {
    /** {@code -Dtandem.wire=REGEX} chooses cases. */
    private static final Pattern ONLY = Pattern.compile(System.getProperty("tandem.wire", ""));

    private static final int LANES = 12;
    private static final int PATIENCE = 8;

    private final Map<Case, CompletableFuture<Outcome>> expected = new HashMap<>();
    private final Map<Case, CompletableFuture<Outcome>> actual = new HashMap<>();
    private final ExecutorService conversations = Executors.newFixedThreadPool(2 * LANES);
    private Subject oracle;
    private Subject ours;

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        oracle = new Subject(true, LANES);
        ours = new Subject(false, LANES);
        cases().forEach(one -> {
            expected.put(one, begin(oracle, one));
            actual.put(one, begin(ours, one));
        });
    }

    @AfterAll
    void stop() throws Exception {
        conversations.shutdownNow();
        if (oracle != null) {
            oracle.close();
        }
        if (ours != null) {
            ours.close();
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                        RequestLines.cases(),
                        Hosts.cases(),
                        Fields.cases(),
                        Lengths.cases(),
                        Encodings.cases(),
                        Chunks.cases(),
                        Sequences.cases(),
                        Versions.cases(),
                        ReplyHeads.cases(),
                        ReplyBodies.cases(),
                        DyingServers.cases())
                .flatMap(theme -> theme)
                .filter(one -> ONLY.matcher(one.name()).find());
    }

    private CompletableFuture<Outcome> begin(Subject subject, Case one) {
        return CompletableFuture.supplyAsync(() -> converse(subject, one, 1), conversations);
    }

    private static Outcome converse(Subject subject, Case one, int patience) {
        try {
            return subject.converse(one, patience);
        } catch (Exception failure) {
            throw new CompletionException(failure);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothProxiesDoTheSame(Case one) {
        Outcome theirs = Objects.requireNonNull(expected.get(one)).join();
        Outcome ours = Objects.requireNonNull(actual.get(one)).join();
        Differences.Difference difference = Differences.OF.get(one.name());
        for (int patience = 2; patience <= PATIENCE && !isAsExpected(one, ours, theirs); patience *= 2) {
            theirs = converse(oracle, one, patience); // the machine may have been busy: once more, and slowly
            ours = converse(this.ours, one, patience);
        }
        assertThat(oneMessageAnExchange(one, ours)).as(one.name()).isEmpty();
        if (difference == null) {
            assertThat(ours.answer()).as(one + ": to the client").isEqualTo(theirs.answer());
            assertThat(ours.received()).as(one + ": to the server").isEqualTo(theirs.received());
            assertThat(ours.log()).as(one + ": in the log").isEqualTo(theirs.log());
        } else {
            assertThat(ours.verdicts()).as("%s: %s", one, difference.reason()).matches(difference.ours());
            assertThat(ours).as(one + ": no difference any more, strike it off").isNotEqualTo(theirs);
        }
    }

    private static boolean isAsExpected(Case one, Outcome ours, Outcome theirs) {
        Differences.Difference difference = Differences.OF.get(one.name());
        return difference == null
                ? ours.equals(theirs) && oneMessageAnExchange(one, ours).isEmpty()
                : ours.verdicts().matches(difference.ours()) && !ours.equals(theirs);
    }

    /** What is wrong where a byte of one request may be taken for the beginning of another; empty if nothing. */
    private static String oneMessageAnExchange(Case one, Outcome outcome) {
        int requests = 0;
        for (String connection : outcome.received()) {
            try {
                StrictReader.Reading reading = StrictReader.read(connection);
                requests += reading.requests() + (reading.cutOff() ? 1 : 0);
            } catch (StrictReader.Ambiguous ambiguous) {
                return "a server might read it otherwise: " + ambiguous.getMessage();
            }
        }
        int known = outcome.answer().endsWith("<end>") ? 0 : 1; // one may still be under way
        for (String line : outcome.log()) {
            known += line.contains("<NOSRV>") ? 0 : attempts(line);
        }
        if (one.mode() == Mode.PERSISTENT) {
            known++; // a request that is left to the client to repeat leaves no trace in the log
        }
        return requests <= known ? "" : "the server saw " + requests + " requests, the log knows of " + known;
    }

    private static int attempts(String logLine) {
        return 1 + Integer.parseInt(logLine.replaceFirst(".* retries \\+?([0-9]+) .*", "$1"));
    }

    @Test
    void everyCaseHasANameOfItsOwn() {
        Set<String> names = new HashSet<>();
        List<String> twice =
                cases().map(Case::name).filter(name -> !names.add(name)).toList();

        assertThat(twice).isEmpty();
        assumeTrue(ONLY.pattern().isEmpty());
        assertThat(names).hasSizeGreaterThanOrEqualTo(350).containsAll(Differences.OF.keySet());
    }
}
