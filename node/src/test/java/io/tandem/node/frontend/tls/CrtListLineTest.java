// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrtListLineTest {
    @Test
    void takesFileOptionsAndFilters() throws Exception {
        assertThat(CrtListLine.parse(" a.pem\t[alpn h2  verify none ] *.x !y.x "))
                .isEqualTo(new CrtListLine(
                        "a.pem", List.of("alpn", "h2", "verify", "none"), List.of("*.x", "!y.x"), false));
        assertThat(CrtListLine.parse("a.pem[alpn h2]x"))
                .isEqualTo(new CrtListLine("a.pem", List.of("alpn", "h2"), List.of("x"), false));
        assertThat(CrtListLine.parse("a.pem [alpn h2").options()).containsExactly("alpn", "h2");
        assertThat(CrtListLine.parse("a.pem x [alpn h2]").misplaced()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "[alpn h2] x, file must start with a cert",
        "a.pem alpn h2] x, missing '['",
        "a.pem [a [b] x, too many '['",
        "a.pem [a] x], too many ']'",
    })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        // a single quote in CSV opens a quoted value, two make one
        assertThatThrownBy(() -> CrtListLine.parse(line)).hasMessageContaining(message.substring(0, 7));
    }

    @Property
    void noLineBringsMoreThanARefusal(@ForAll @StringLength(max = 60) @CharRange(from = ' ', to = '~') String line) {
        if (CrtListLine.isBlank(line)) {
            return;
        }
        try {
            assertThat(CrtListLine.parse(line).file()).isNotEmpty();
        } catch (CrtListLine.Malformed refused) {
            assertThat(refused.text()).isNotEmpty();
        }
    }
}
