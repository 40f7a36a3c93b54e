// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
    @Test
    void findsTheNameAndWhetherEllipticCurvesAreWelcome() {
        assertThat(ClientHello.parse(hello("WWW.Example", 0x0804, 0x0403)))
                .isEqualTo(new ClientHello("www.example", true));
        assertThat(ClientHello.parse(hello("a.b", 0x0804, 0x0401))).isEqualTo(new ClientHello("a.b", false));
    }

    @Test
    void aMessageWithoutExtensionsNamesNobody() {
        ByteBuf hello = start();
        assertThat(ClientHello.parse(hello)).isEqualTo(new ClientHello("", false));
    }

    @Property
    void noBytesBringAnException(@ForAll @Size(max = 300) byte[] bytes) {
        assertThat(ClientHello.parse(Unpooled.wrappedBuffer(bytes))).isNotNull();
    }

    @Property
    void aTruncatedOrDamagedMessageBringsNoException(
            @ForAll @IntRange(min = 0, max = 200) int length, @ForAll @IntRange(max = 199) int at, @ForAll byte value) {
        ByteBuf hello = hello("name.example", 0x0403);
        hello.setByte(Math.min(at, hello.writerIndex() - 1), value);
        ByteBuf cut = hello.slice(0, Math.min(length, hello.readableBytes()));
        assertThat(ClientHello.parse(cut).serverName().length()).isLessThanOrEqualTo(255);
    }

    private static ByteBuf start() {
        ByteBuf out = Unpooled.buffer().writeShort(0x0303).writeZero(32).writeByte(0);
        return out.writeShort(2).writeShort(0x1301).writeByte(1).writeByte(0);
    }

    private static ByteBuf hello(String name, int... algorithms) {
        ByteBuf sni = Unpooled.buffer().writeByte(0).writeShort(name.length());
        sni.writeCharSequence(name, StandardCharsets.US_ASCII);
        ByteBuf extensions = Unpooled.buffer();
        extensions.writeShort(43).writeShort(3).writeByte(2).writeShort(0x0304);
        extensions.writeShort(0).writeShort(sni.readableBytes() + 2);
        extensions.writeShort(sni.readableBytes()).writeBytes(sni);
        extensions.writeShort(13).writeShort(2 + 2 * algorithms.length).writeShort(2 * algorithms.length);
        for (int algorithm : algorithms) {
            extensions.writeShort(algorithm);
        }
        return start().writeShort(extensions.readableBytes()).writeBytes(extensions);
    }
}
