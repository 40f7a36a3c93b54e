// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.hash.XxHash;
import io.tandem.node.tls.verify.Der;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is kept of clients' first messages, and of names in certificates, whatever bytes they send. */
class HelloCaptureTest {
    /** From the version on: two suites, then server_name, supported_groups, ec_point_formats. */
    private static final byte[] HELLO = HexFormat.of()
            .parseHex("0303" + "11".repeat(32) + "00" + "0004" + "1301c02b" + "0100" + "001b" + "0000000500030000"
                    + "00" + "000a00060004001d0017" + "000b00020100");

    @Test
    void listsAreKeptInTheOrderSent() {
        HelloCapture hello = HelloCapture.of(HELLO, 100);
        assertThat(hello.version()).isEqualTo(0x0303);
        assertThat(HexFormat.of().formatHex(hello.ciphers())).isEqualTo("1301c02b");
        assertThat(HexFormat.of().formatHex(hello.extensions())).isEqualTo("0000000a000b");
        assertThat(HexFormat.of().formatHex(hello.groups())).isEqualTo("001d0017");
        assertThat(HexFormat.of().formatHex(hello.formats())).isEqualTo("00");
    }

    @Test
    void theHashIsThatOfHaproxy() {
        byte[] suites = HexFormat.of()
                .parseHex("130213031301C02CC030009FCCA9CCA8CCAAC02BC02F009EC024C028006BC023C0270067C00AC0140039C009C013"
                        + "0033009D009C003D003C0035002F00FF");
        assertThat(XxHash.xxh64(suites, 0, suites.length, 0)).isEqualTo(-8670171557397906448L);
        assertThat(XxHash.xxh64(suites, 6, suites.length, 0)).isEqualTo(5763151207011539301L);
    }

    @Property(tries = 2000)
    void noMessageBringsMoreThanTheLimit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 64) int limit) {
        Random random = new Random(seed);
        byte[] bytes = HELLO.clone();
        for (int i = random.nextInt(6); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        byte[] part = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        HelloCapture hello = HelloCapture.of(part, limit);
        int kept = hello.ciphers().length + hello.extensions().length + hello.groups().length + hello.formats().length;
        assertThat(kept).isLessThanOrEqualTo(limit);
    }

    @Property(tries = 2000)
    void noBytesMakeANameThatCannotBeShown(@ForAll @Size(max = 60) byte[] bytes, @ForAll long seed) {
        DistinguishedName random = new DistinguishedName(bytes);
        assertThat(random.slashed()).isNotNull();
        assertThat(random.rfc2253()).isNotNull();
        byte[] damaged = NAME.clone();
        damaged[new Random(seed).nextInt(damaged.length)] = (byte) seed;
        DistinguishedName name = new DistinguishedName(damaged);
        assertThat(name.slashed()).isNotNull();
        assertThat(name.rfc2253()).isNotNull();
        Der der = new Der(bytes);
        int steps = 0;
        while (der.next()) {
            steps++;
        }
        assertThat(steps).isLessThanOrEqualTo(30);
    }

    /** C=FR, CN=é. */
    private static final byte[] NAME =
            HexFormat.of().parseHex("301b310b3009060355040613024652310c300a06035504030c03c3a921");

    @Test
    void namesAreShownAsOpenSslShowsThem() {
        DistinguishedName name = new DistinguishedName(NAME);
        assertThat(new String(name.slashed(), StandardCharsets.UTF_8)).isEqualTo("/C=FR/CN=é!");
        assertThat(new String(name.rfc2253(), StandardCharsets.UTF_8)).isEqualTo("CN=\\C3\\A9!,C=FR");
        assertThat(name.field("cn", 1)).isEqualTo("é!".getBytes(StandardCharsets.UTF_8));
        assertThat(name.field("CN", 2)).isNull();
        assertThat(name.field("CN", 0)).isNull();
    }
}
