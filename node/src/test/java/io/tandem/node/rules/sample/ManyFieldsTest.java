// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Facts;
import org.junit.jupiter.api.Test;

/** A message may have 32767 fields ({@code tune.http.maxhdr}), in HTTP/2 twice as many. */
class ManyFieldsTest {
    private static final LoadedText LOADED = LoadedText.of("frontend f\n    mode http\n    bind 127.0.0.1:1\n");
    private static final int MANY = 2500;

    private final Facts facts = new ExchangeByHand(LOADED, "f")
            .request("GET / HTTP/1.1\n" + "a:\n".repeat(MANY) + "b: 1,2\nb: 3\ncookie: c=4; d=5\ncookie: c=6\n")
            .facts;

    private String value(String expression) {
        var proxy = LOADED.configuration().drafts().proxies().get(0);
        Sample out = facts.scratch.value;
        facts.scratch.reset();
        boolean found = ExpressionParser.parse(expression, new Site(proxy, null, "", proxy.origin(), null))
                .expression()
                .evaluateAs(SampleType.STRING, facts, out);
        return found ? Text.string(out.bytes, out.start, out.end) : "nothing";
    }

    @Test
    void valuesAreFoundAndCountedBehindAnyNumberOfFields() {
        assertThat(value("req.hdr_cnt(a)")).isEqualTo("2500");
        assertThat(value("req.hdr_cnt(b)")).isEqualTo("3");
        assertThat(value("req.hdr(b,2)")).isEqualTo("2");
        assertThat(value("req.hdr(b)")).isEqualTo("3");
    }

    @Test
    void cookiesAreFoundAndCountedBehindAnyNumberOfFields() {
        assertThat(value("req.cook_cnt(c)")).isEqualTo("2");
        assertThat(value("req.cook(c)")).isEqualTo("6");
        assertThat(value("req.cook(d)")).isEqualTo("5");
    }
}
