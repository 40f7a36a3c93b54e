// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The values of a field, with commas and quotes at any distance from its beginning. */
class HeaderValuesTest {
    private static final LoadedText LOADED = LoadedText.of("frontend f\n    mode http\n    bind 127.0.0.1:1\n");

    @Property(tries = 500)
    void valuesEndAtCommasThatStandInNoQuotes(@ForAll("fields") String field) {
        Facts facts = new ExchangeByHand(LOADED, "f").request("GET / HTTP/1.1\nx:" + field + "\ny: 1").facts;
        List<String> expected = byteAfterByte(field.strip());

        List<String> found = new ArrayList<>();
        for (int i = 1; i <= expected.size() + 1; i++) {
            found.add(value(facts, "req.hdr(x," + i + ")"));
        }
        assertThat(value(facts, "req.hdr_cnt(x)")).isEqualTo(Integer.toString(expected.size()));
        assertThat(found.subList(0, expected.size())).isEqualTo(expected);
        assertThat(found).last().isEqualTo("nothing");
    }

    private static String value(Facts facts, String expression) {
        var proxy = LOADED.configuration().drafts().proxies().get(0);
        Sample out = facts.scratch.value;
        facts.scratch.reset();
        boolean found = ExpressionParser.parse(expression, new Site(proxy, null, "", proxy.origin(), null))
                .expression()
                .evaluateAs(SampleType.STRING, facts, out);
        return found ? Text.string(out.bytes, out.start, out.end) : "nothing";
    }

    private static List<String> byteAfterByte(String field) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == ',' && !quoted) {
                values.add(value.toString().strip());
                value.setLength(0);
                continue;
            }
            value.append(c);
            if (quoted && c == '\\' && i + 1 < field.length()) {
                value.append(field.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
            }
        }
        if (value.length() > 0 || values.isEmpty()) {
            values.add(value.toString().strip());
        }
        return values;
    }

    @Provide
    Arbitrary<String> fields() {
        Arbitrary<String> plain =
                Arbitraries.strings().withChars('a', '-', '\u00ac').ofMaxLength(20);
        return Arbitraries.oneOf(plain, Arbitraries.of(",", "\"", "\\", " "))
                .list()
                .ofMaxSize(9)
                .map(parts -> String.join("", parts));
    }
}
