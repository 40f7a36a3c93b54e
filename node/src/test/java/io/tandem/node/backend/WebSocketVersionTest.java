// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** As the installed haproxy was seen to choose, server by server. */
class WebSocketVersionTest {
    private static final List<String> NONE = List.of();
    private static final List<String> BOTH = List.of("h2", "http/1.1");
    private static final List<String> H2_ALONE = List.of("h2");

    @Test
    void autoGoesBackToHttp1WhereAlpnOffersIt() {
        assertThat(WebSocketVersion.AUTO.apart(false, BOTH)).isEqualTo(WebSocketVersion.H1);
        assertThat(WebSocketVersion.H1.alpn(BOTH)).containsExactly("http/1.1");
    }

    @Test
    void autoGoesWithOtherRequestsWithoutThatChoice() {
        assertThat(WebSocketVersion.AUTO.apart(false, NONE)).isNull();
        assertThat(WebSocketVersion.AUTO.apart(true, NONE)).isNull();
        assertThat(WebSocketVersion.AUTO.apart(false, H2_ALONE)).isNull();
        assertThat(WebSocketVersion.AUTO.apart(true, BOTH)).isNull();
    }

    @Test
    void h1IsApartFromWhateverMayBeHttp2() {
        assertThat(WebSocketVersion.H1.apart(false, NONE)).isNull();
        assertThat(WebSocketVersion.H1.apart(true, NONE)).isEqualTo(WebSocketVersion.H1);
        assertThat(WebSocketVersion.H1.apart(false, H2_ALONE)).isEqualTo(WebSocketVersion.H1);
        assertThat(WebSocketVersion.H1.alpn(NONE)).isEmpty();
    }

    @Test
    void h2IsApartFromWhateverIsNotHttp2ByItself() {
        assertThat(WebSocketVersion.H2.apart(true, NONE)).isNull();
        assertThat(WebSocketVersion.H2.apart(false, NONE)).isEqualTo(WebSocketVersion.H2);
        assertThat(WebSocketVersion.H2.apart(false, BOTH)).isEqualTo(WebSocketVersion.H2);
        assertThat(WebSocketVersion.H2.alpn(BOTH)).containsExactly("h2");
    }
}
