// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ":",
                "1",
                "1.2.3",
                "10.1",
                "1.2.3.4.5",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.",
                "256.1.1.1",
                "-1.2.3.4",
                "1.2.3.0x4",
                "name",
                "zoo:bar",
                "::12345",
                "00001::",
                "::1.2.3",
                "::01.2.3.4",
                "1.2.3.4::",
                "1:1.2.3.4::ffff:1.2.3.4",
                "fe80::1%eth0",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":::",
                "::g",
                "[::1]",
                "１.2.3.4"
            })
    void whatInetPtonRefusesIsNoLiteral(String text) {
        assertThat(IpLiteral.parse(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "255.255.255.255",
                "::",
                "::1",
                "1::",
                "1:2:3:4:5:6:7::",
                "1:2:3:4:5:6:7:8",
                "::ffff:1.2.3.4"
            })
    void literalsAreTheAddressesTheyWrite(String text) throws Exception {
        assertThat(IpLiteral.parse(text)).isEqualTo(InetAddress.getByName(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1", "10.0.1", "167772161", "010.0.0.1"})
    void looselyReadTheLastNumberHasAllBytesThatAreLeft(String text) throws Exception {
        assertThat(IpLiteral.parseLoosely(text)).isEqualTo(InetAddress.getByName("10.0.0.1"));
    }

    @Property(tries = 2000)
    void whatIsWrittenFromBytesIsReadAsTheseBytes(@ForAll("addresses") byte[] bytes) throws Exception {
        InetAddress address = InetAddress.getByAddress(bytes);

        assertThat(IpLiteral.parse(address.getHostAddress())).isEqualTo(address);
        assertThat(IpLiteral.parseLoosely(address.getHostAddress())).isEqualTo(address);
    }

    @Property(tries = 2000)
    void wordsOfTheAlphabetOfAddressesAreReadStrictlyOnlyIfTheyAreLoosely(@ForAll("almost") String word) {
        InetAddress strict = IpLiteral.parse(word);

        if (strict != null) {
            assertThat(Objects.requireNonNull(IpLiteral.parseLoosely(word))).isEqualTo(strict);
        }
    }

    @Provide
    static Arbitrary<byte[]> addresses() {
        return Arbitraries.of(4, 16)
                .flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size));
    }

    @Provide
    static Arbitrary<String> almost() {
        return Arbitraries.strings().withChars("0123456789af.:%").ofMaxLength(20);
    }
}
