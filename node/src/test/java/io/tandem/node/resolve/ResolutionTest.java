// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The search for one name, with a clock moved by hand. */
class ResolutionTest {
    private static final NameserverSettings ONE = server("one");
    private static final NameserverSettings TWO = server("two");

    private final List<String> seen = new ArrayList<>();
    private long wakeInMs;

    private static NameserverSettings server(String name) {
        return new NameserverSettings(name, new InetSocketAddress("127.0.0.1", 53), false, 0, null);
    }

    private static ResolversSettings settings(int retries, NameserverSettings... servers) {
        return new ResolversSettings(
                "r",
                List.of(servers),
                retries,
                1000,
                200,
                new ResolversSettings.Holds(300, 400, 500, 600, 700, 800),
                512);
    }

    private Resolution resolution(RecordType type, ResolversSettings settings) {
        Resolution resolution = new Resolution(
                Objects.requireNonNull(DomainName.parse("a.test")), type, settings, new Resolution.Outlet() {
                    @Override
                    public int ask(Resolution asking) {
                        seen.add("ask " + asking.asking());
                        return settings.nameservers().size();
                    }

                    @Override
                    public void wake(Resolution sleeping, long inMs) {
                        wakeInMs = inMs;
                    }

                    @Override
                    public void settled(Resolution done) {
                        seen.add("settled");
                    }
                });
        resolution.add(new Requester() {
            @Override
            public void onAnswer(Resolution of, @Nullable Nameserver by, List<Answer> gone) {
                seen.add("answer " + of.answers().size() + " gone " + gone.size());
            }

            @Override
            public void onFailure(Resolution of, Status status) {
                seen.add("failure " + status);
            }
        });
        return resolution;
    }

    private static Nameserver from() {
        return new Nameserver("r", ONE, new NameserverCounters(), (server, message) -> {});
    }

    private static Response valid(String... addresses) throws Exception {
        List<Answer> answers = new ArrayList<>();
        for (String address : addresses) {
            answers.add(new Answer.Address(InetAddress.getByName(address)));
        }
        return new Response(Response.Kind.VALID, answers);
    }

    @Test
    void behindAnErrorItAsksForTheOtherFamilyAndThenWaits() {
        Resolution resolution = resolution(RecordType.AAAA, settings(2, ONE));
        resolution.begin(0);
        resolution.onResponse(from(), new Response(Response.Kind.EMPTY), 1);
        resolution.onResponse(from(), new Response(Response.Kind.NX), 2);
        assertThat(seen).containsExactly("ask AAAA", "ask A");
        resolution.onTime(202);
        resolution.onResponse(from(), new Response(Response.Kind.NX), 203);
        resolution.onResponse(from(), new Response(Response.Kind.NX), 204);
        assertThat(seen).containsExactly("ask AAAA", "ask A", "ask AAAA", "ask A", "settled", "failure NX");
        assertThat(wakeInMs).isEqualTo(1000);
    }

    @Test
    void silenceIsAskedAgainForTheSameFamilyAndEndsAsATimeout() {
        Resolution resolution = resolution(RecordType.A, settings(2, ONE));
        resolution.begin(0);
        assertThat(wakeInMs).isEqualTo(200);
        resolution.onTime(200);
        resolution.onTime(400);
        assertThat(seen).containsExactly("ask A", "ask A", "settled", "failure TIMEOUT");
    }

    @Test
    void theErrorOfOneServerCountsOnlyWhenAllHaveOne() throws Exception {
        Resolution resolution = resolution(RecordType.A, settings(1, ONE, TWO));
        resolution.begin(0);
        Nameserver hasty = from();
        resolution.onResponse(hasty, new Response(Response.Kind.REFUSED), 1);
        resolution.onResponse(hasty, new Response(Response.Kind.REFUSED), 1);
        assertThat(seen).containsExactly("ask A");
        assertThat(resolution.isWaitingFor(hasty)).isFalse();
        resolution.onResponse(from(), valid("192.0.2.1"), 2);
        assertThat(seen).containsExactly("ask A", "settled", "answer 1 gone 0");
        resolution.onResponse(from(), valid("192.0.2.2"), 3);
        assertThat(seen).hasSize(3);
    }

    @Test
    void servicesHaveNoOtherFamily() {
        Resolution resolution = resolution(RecordType.SRV, settings(1, ONE));
        resolution.begin(0);
        resolution.onResponse(from(), new Response(Response.Kind.NX), 1);
        assertThat(seen).containsExactly("ask SRV", "settled", "failure NX");
    }

    @Test
    void recordsAreKeptForTheirTimeAfterTheyHaveGone() throws Exception {
        Resolution resolution = resolution(RecordType.A, settings(1, ONE));
        resolution.begin(0);
        resolution.onResponse(from(), valid("192.0.2.1", "192.0.2.2"), 0);
        resolution.begin(500);
        resolution.onResponse(from(), valid("192.0.2.2"), 500);
        assertThat(resolution.answers()).hasSize(2);
        resolution.begin(700);
        resolution.onResponse(from(), valid("192.0.2.2"), 700);
        assertThat(resolution.answers()).hasSize(1);
        assertThat(seen).endsWith("answer 1 gone 1");
    }

    @Test
    void aFailureIsPassedOverAsLongAsTheLastAnswerIsYoung() throws Exception {
        Resolution resolution = resolution(RecordType.A, settings(1, ONE));
        assertThat(resolution.isHeld(Status.NX, 0)).isFalse();
        resolution.begin(1000);
        resolution.onResponse(from(), valid("192.0.2.1"), 1000);
        assertThat(resolution.isHeld(Status.NX, 1299)).isTrue();
        assertThat(resolution.isHeld(Status.NX, 1300)).isFalse();
        assertThat(resolution.isHeld(Status.TIMEOUT, 1499)).isTrue();
        assertThat(resolution.isHeld(Status.OTHER, 1600)).isFalse();
        assertThat(resolution.isFresh(1799)).isTrue();
        assertThat(resolution.isFresh(1800)).isFalse();
    }
}
