// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalancingTest {
    private static LoadedText load(String... lines) {
        LoadedText loaded = LoadedText.of("frontend f\n    bind 127.0.0.1:1\n    default_backend b\nbackend b\n    "
                + String.join("\n    ", lines) + "\n");
        assertThat(loaded.problems().stream().filter(p -> !p.text().contains("timeouts")))
                .isEmpty();
        return loaded;
    }

    private static String choose(LoadedText loaded, @Nullable Server avoid) {
        Server server = loaded.backend("b").balancer().choose(facts(loaded), avoid);
        return server == null ? "-" : server.name();
    }

    private static Facts facts(LoadedText loaded) {
        return new ExchangeByHand(loaded, "f").facts;
    }

    private static String choices(LoadedText loaded, int count) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            names.append(choose(loaded, null));
        }
        return names.toString();
    }

    /** The servers that HAProxy 2.6.12 gave to 127.0.0.1, 127.0.0.2, …, then to 127.0.x.9 and to 127.x.3.9. */
    @ParameterizedTest
    @CsvSource({
        "1 1 1, cabcabcabcab, cabcabcabcab, abcbcabcabca",
        "1 2 3, cacbcbcacbcb, ccccccccc, ccccccccc",
        "1 1, babababababa, bbbbbbbbb, bbbbbbbbb",
        "1 1 1 1 1 1 1, cdefgabcdefg, cgdaebfcg, bdfacegbd",
    })
    void aClientsAddressDecidesAsInHaproxy(String weights, String last, String third, String second) {
        String[] each = weights.split(" ", -1);
        String[] lines = new String[each.length + 1];
        lines[0] = "balance source";
        for (int i = 0; i < each.length; i++) {
            lines[i + 1] = "server " + (char) ('a' + i) + " 127.0.0.1:1 weight " + each[i];
        }
        LoadedText loaded = load(lines);
        assertThat(from(loaded, last.length(), i -> new byte[] {127, 0, 0, (byte) (i + 1)}))
                .isEqualTo(last);
        if (weights.equals("1 2 3") || weights.equals("1 1")) {
            assertThat(from(loaded, third.length(), i -> new byte[] {127, 0, (byte) i, 9}))
                    .isEqualTo(third);
            assertThat(from(loaded, second.length(), i -> new byte[] {127, (byte) i, 3, 9}))
                    .isEqualTo(second);
        }
    }

    private static String from(LoadedText loaded, int count, java.util.function.IntFunction<byte[]> address) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Facts facts = facts(loaded);
            facts.source.set(address.apply(i), 1);
            Server server = loaded.backend("b").balancer().choose(facts, null);
            names.append(server == null ? "-" : server.name());
        }
        return names.toString();
    }

    @Test
    void backupsServeOnlyWhenNobodyElseCanAndTheFirstOneAlone() {
        String[] servers = {"server a 127.0.0.1:1", "server x 127.0.0.1:1 backup", "server y 127.0.0.1:1 backup"};
        LoadedText loaded = load(servers);
        assertThat(choices(loaded, 3)).isEqualTo("aaa");
        loaded.backend("b").servers().get(0).state().maintenance(true, 0);
        assertThat(choices(loaded, 3)).isEqualTo("xxx");
        LoadedText all = load("option allbackups", servers[0], servers[1], servers[2]);
        all.backend("b").servers().get(0).state().maintenance(true, 0);
        assertThat(choices(all, 4)).isEqualTo("xyxy");
        all.backend("b").servers().forEach(server -> server.state().maintenance(true, 0));
        assertThat(choices(all, 1)).isEqualTo("-");
    }

    @Test
    void aServerToAvoidIsTakenOnlyWhenItIsTheLast() {
        LoadedText loaded = load("server a 127.0.0.1:1", "server b 127.0.0.1:1");
        Backend backend = loaded.backend("b");
        for (int i = 0; i < 4; i++) {
            assertThat(choose(loaded, backend.servers().get(0))).isEqualTo("b");
        }
        backend.servers().get(1).state().draining(true, 0);
        assertThat(choose(loaded, backend.servers().get(0))).isEqualTo("a");
    }

    @Test
    void fullServersAreLeftOut() {
        LoadedText loaded = load("server a 127.0.0.1:1 maxconn 1", "server b 127.0.0.1:1 maxconn 1");
        loaded.backend("b").servers().get(0).state().meters().begin(0);
        assertThat(choices(loaded, 3)).isEqualTo("bbb");
        loaded.backend("b").servers().get(1).state().meters().begin(0);
        assertThat(choices(loaded, 1)).isEqualTo("-");
        loaded.backend("b").servers().get(0).state().meters().end(0);
        assertThat(choices(loaded, 1)).isEqualTo("a");
    }

    @Test
    void leastconnPrefersTheLeastLoadedForItsWeightAndTakesTurnsAmongEquals() {
        LoadedText loaded = load("balance leastconn", "server a 127.0.0.1:1 weight 2", "server b 127.0.0.1:1");
        assertThat(choices(loaded, 4)).isEqualTo("abab");
        loaded.backend("b").servers().get(0).state().meters().begin(0);
        loaded.backend("b").servers().get(1).state().meters().begin(0);
        assertThat(choices(loaded, 3)).isEqualTo("aaa");
    }

    @Test
    void firstFillsServersInTheOrderOfTheirNumbers() {
        LoadedText loaded = load("balance first", "server a 127.0.0.1:1 id 9", "server b 127.0.0.1:1 id 2 maxconn 1");
        assertThat(choices(loaded, 2)).isEqualTo("bb");
        loaded.backend("b").servers().get(1).state().meters().begin(0);
        assertThat(choices(loaded, 2)).isEqualTo("aa");
    }

    @Test
    void aWeightSetWhileRunningCountsFromTheNextRequestOn() {
        LoadedText loaded = load("server a 127.0.0.1:1", "server b 127.0.0.1:1");
        assertThat(choices(loaded, 4)).isEqualTo("abab");
        loaded.backend("b").servers().get(0).state().weight(3);
        assertThat(choices(loaded, 8)).containsPattern("aaab");
        loaded.backend("b").servers().get(0).state().weight(0);
        assertThat(choices(loaded, 3)).isEqualTo("bbb");
    }

    @Test
    void randomReachesEveryServerAndPrefersTheIdle() {
        LoadedText loaded = load("balance random(2)", "server a 127.0.0.1:1", "server b 127.0.0.1:1");
        assertThat(choices(loaded, 200)).contains("a").contains("b");
        for (int i = 0; i < 10; i++) {
            loaded.backend("b").servers().get(0).state().meters().begin(0);
        }
        long toIdle = choices(loaded, 400).chars().filter(c -> c == 'b').count();
        assertThat(toIdle).isGreaterThan(250);
    }
}
