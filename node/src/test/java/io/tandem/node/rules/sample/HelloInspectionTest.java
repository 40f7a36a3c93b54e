// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.sample.ClientHello.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What can be read from a TLS client's first bytes; expectations are what HAProxy 2.6 answered for the same bytes. */
class HelloInspectionTest {
    private static byte[] extension(int type, byte... content) {
        byte[] all = new byte[4 + content.length];
        all[1] = (byte) type;
        all[3] = (byte) content.length;
        System.arraycopy(content, 0, all, 4, content.length);
        return all;
    }

    private static byte[] named(String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        byte[] content = new byte[5 + text.length];
        content[1] = (byte) (text.length + 3);
        content[4] = (byte) text.length;
        System.arraycopy(text, 0, content, 5, text.length);
        return extension(0, content);
    }

    private static byte[] offering(String protocol, String second) {
        byte[] list = (" " + (char) protocol.length() + protocol + (char) second.length() + second)
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] content = new byte[list.length + 1];
        content[1] = (byte) (list.length - 1);
        System.arraycopy(list, 1, content, 2, list.length - 1);
        return extension(16, content);
    }

    private static byte[] hello(int version, byte[]... extensions) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(version >> 8);
        body.write(version);
        body.writeBytes(new byte[32]);
        body.writeBytes(new byte[] {0, 0, 4, 0x13, 1, (byte) 0xC0, 0x2B, 1, 0});
        int length = Arrays.stream(extensions).mapToInt(e -> e.length).sum();
        body.write(length >> 8);
        body.write(length);
        Arrays.stream(extensions).forEach(body::writeBytes);
        byte[] inner = body.toByteArray();
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        int size = inner.length + 4;
        record.writeBytes(new byte[] {22, 3, 1, (byte) (size >> 8), (byte) size, 1, 0});
        record.write(inner.length >> 8);
        record.write(inner.length);
        record.writeBytes(inner);
        return record.toByteArray();
    }

    private static final byte[] CURVES = extension(10, (byte) 0, (byte) 2, (byte) 0, (byte) 29);
    private static final byte[] FULL =
            hello(0x0303, named("a.b"), offering("h2", "http/1.1"), CURVES, extension(35), extension(13, (byte) 0));

    private static ClientHello read(byte[] bytes) {
        return new ClientHello(bytes, 0, bytes.length);
    }

    private static String protocol(byte[] bytes) {
        ClientHello hello = read(bytes);
        return hello.protocol() == Outcome.FOUND
                ? new String(bytes, hello.nameStart, hello.nameEnd - hello.nameStart, StandardCharsets.ISO_8859_1)
                : "";
    }

    @Test
    void extensionsAreRead() {
        ClientHello hello = read(FULL);
        assertThat(hello.serverName()).isEqualTo(Outcome.FOUND);
        assertThat(new String(FULL, hello.nameStart, hello.nameEnd - hello.nameStart, StandardCharsets.US_ASCII))
                .isEqualTo("a.b");
        assertThat(protocol(FULL)).isEqualTo("h2");
        assertThat(read(FULL).curves()).isEqualTo(Outcome.FOUND);
        assertThat(read(FULL).ticket()).isEqualTo(1);
    }

    @Test
    void ticketsAreToldFromTheWishForOne() {
        assertThat(read(hello(0x0303, extension(35, (byte) 1, (byte) 2))).ticket())
                .isEqualTo(2);
        assertThat(read(hello(0x0303, CURVES)).ticket()).isZero();
        assertThat(read(hello(0x0303)).ticket()).isZero();
    }

    @Test
    void sslThreeHasNoExtensions() {
        byte[] old = hello(0x0300, named("a"), CURVES);
        assertThat(read(old).serverName()).isEqualTo(Outcome.ABSENT);
        assertThat(read(old).curves()).isEqualTo(Outcome.ABSENT);
        assertThat(read(old).ticket()).isEqualTo(-1);
    }

    @Test
    void aListThatLiesAboutItsLengthSaysNothing() {
        assertThat(protocol(hello(0x0303, extension(16, (byte) 0, (byte) 9, (byte) 5, (byte) 'a', (byte) 'b'))))
                .isEmpty();
        assertThat(protocol(hello(0x0303, extension(16, (byte) 0, (byte) 0)))).isEmpty();
    }

    @Test
    void everyBeginningIsIncompleteOrAlreadyRight() {
        for (int length = 0; length < FULL.length; length++) {
            byte[] part = Arrays.copyOf(FULL, length);
            assertThat(read(part).serverName()).isIn(Outcome.INCOMPLETE, Outcome.FOUND);
            assertThat(read(part).protocol()).isIn(Outcome.INCOMPLETE, Outcome.FOUND);
            assertThat(protocol(part)).isIn("", "h2");
            assertThat(read(part).curves()).isIn(Outcome.INCOMPLETE, Outcome.FOUND);
            assertThat(read(part).ticket()).isIn(-1, 1);
        }
    }

    @Property(tries = 2000)
    void noDamageReadsBeyondTheBytes(@ForAll long seed, @ForAll @Size(max = 40) byte[] tail) {
        Random random = new Random(seed);
        byte[] bytes = Arrays.copyOf(FULL, FULL.length + tail.length);
        System.arraycopy(tail, 0, bytes, FULL.length, tail.length);
        for (int i = random.nextInt(8); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        int end = random.nextInt(bytes.length + 1);
        ClientHello hello = new ClientHello(bytes, 0, end);
        assertThat(hello.type()).isBetween(-1, 255);
        if (hello.serverName() == Outcome.FOUND) {
            assertThat(hello.nameStart).isBetween(0, hello.nameEnd);
            assertThat(hello.nameEnd).isLessThanOrEqualTo(end);
        }
        if (hello.protocol() == Outcome.FOUND) {
            assertThat(hello.nameEnd).isLessThanOrEqualTo(end);
        }
        assertThat(hello.ticket()).isBetween(-1, 2);
        assertThat(hello.curves()).isNotNull();
    }
}
