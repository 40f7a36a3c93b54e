// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.ConnectionProperty;
import io.tandem.node.backend.Server;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Loops;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Scratch;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What remains of a server's connections after a reload. */
class ServerPoolsTest {
    private final Loops loops = Loops.start(1);

    @AfterEach
    void stop() {
        loops.close();
    }

    private <T> T onLoop(Callable<T> call) throws Exception {
        return loops.get(0).eventLoop().submit(call).get();
    }

    private static String backend(String server) {
        return "backend be\n server " + server + "\n";
    }

    private static Server first(LoadedText loaded) {
        return loaded.backend("be").servers().get(0);
    }

    @Test
    void serversThatReloadsHaveRemovedAreForgotten() throws Exception {
        LoadedText loaded = LoadedText.of(backend("s0 127.0.0.1:1"));
        for (int i = 1; i <= 50; i++) {
            LoadedText now = loaded;
            int known = onLoop(() -> {
                ServerPools pools = ServerPools.of(loops.get(0));
                pools.onConfiguration(now.configuration());
                pools.idleCount(first(now));
                return pools.size();
            });
            assertThat(known).isEqualTo(1);
            loaded = loaded.reload(backend("s" + i + " 127.0.0.1:1"));
        }
    }

    @Test
    void aServerThatMovesAgainAndAgainIsToldOfOnce() throws Exception {
        LoadedText loaded = LoadedText.of(backend("s 127.0.0.1:1"));
        for (int i = 2; i <= 50; i++) {
            LoadedText now = loaded;
            onLoop(() -> ServerPools.of(loops.get(0)).idleCount(first(now)));
            loaded = loaded.reload(backend("s 127.0.0.1:" + i));
        }
        Server server = first(loaded);
        onLoop(() -> ServerPools.of(loops.get(0)).idleCount(server));

        assertThat(server.state().sessions().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1, 127.0.0.1:1 weight 5, true",
        "127.0.0.1:1, 127.0.0.1:2, false",
        "127.0.0.1:1, 127.0.0.2:1, false",
        "127.0.0.1:1, 127.0.0.1:1 ssl verify none, false",
        "127.0.0.1:1 ssl verify none, 127.0.0.1:1, false",
        "127.0.0.1:1 ssl verify none, 127.0.0.1:1 ssl verify none, false",
        "127.0.0.1:1 ssl verify none, 127.0.0.1:1 ssl verify none sni str(a), false",
        "127.0.0.1, 127.0.0.1:+1, false"
    })
    void connectionsServeOnlyWhatTheyWereOpenedFor(String before, String after, boolean same) {
        LoadedText loaded = LoadedText.of(backend("s " + before));
        Server old = first(loaded);

        assertThat(first(loaded.reload(backend("s " + after))).isReachedAs(old)).isEqualTo(same);
    }

    @Test
    void aSourceThatChangesMakesOtherConnections() {
        String frontend = "frontend fe\n bind 127.0.0.1:1\n";
        LoadedText loaded = LoadedText.of(frontend + backend("s 127.0.0.1:1 source 127.0.0.2"));
        LoadedText next = loaded.reload(frontend + backend("s 127.0.0.1:1 source 127.0.0.3"));

        assertThat(keyOf(next)).isNotEqualTo(keyOf(loaded));
    }

    private ConnectionKey keyOf(LoadedText loaded) {
        ConnectionKey key = new ConnectionKey();
        Frontend frontend = loaded.configuration().frontends().get(0);
        Facts facts = new Facts(loops.get(0), new Scratch(16_384), loaded.configuration(), frontend);
        for (ConnectionProperty property : first(loaded).properties()) {
            property.addTo(key, facts);
        }
        return key;
    }
}
