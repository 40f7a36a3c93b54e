// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What decides about the certificate in a client's first message (RFC 8446 4.1.2). Pure; takes whatever a client sends:
 * where the message does not make sense nothing is found, and the TLS engine will refuse it.
 *
 * @param serverName in lower case, or the empty string
 * @param ecdsa whether it accepts signatures by elliptic curves
 */
record ClientHello(String serverName, boolean ecdsa) {
    private static final ClientHello NOTHING = new ClientHello("", false);

    private static final int LONGEST_NAME = 255;
    private static final int SERVER_NAME = 0;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int HOST_NAME = 0;

    /** @param hello from the message's version on, without the headers of record and handshake; not consumed */
    static ClientHello parse(ByteBuf hello) {
        try {
            return parseFields(hello.slice());
        } catch (IndexOutOfBoundsException truncated) {
            return NOTHING;
        }
    }

    private static ClientHello parseFields(ByteBuf in) {
        in.skipBytes(2 + 32); // legacy version, random
        in.skipBytes(in.readUnsignedByte()); // session id
        in.skipBytes(in.readUnsignedShort()); // cipher suites
        in.skipBytes(in.readUnsignedByte()); // compression methods
        if (!in.isReadable()) {
            return NOTHING;
        }
        ByteBuf extensions = in.readSlice(in.readUnsignedShort());
        String name = "";
        boolean ecdsa = false;
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
            if (type == SERVER_NAME) {
                name = serverName(content);
            } else if (type == SIGNATURE_ALGORITHMS) {
                ecdsa = offersEcdsa(content);
            }
        }
        return new ClientHello(name, ecdsa);
    }

    private static String serverName(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        while (list.isReadable()) {
            int type = list.readUnsignedByte();
            int length = list.readUnsignedShort();
            if (type == HOST_NAME && length <= LONGEST_NAME) {
                return list.toString(list.readerIndex(), length, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT);
            }
            list.skipBytes(length);
        }
        return "";
    }

    /** ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512: 0x0403, 0x0503, 0x0603. */
    private static boolean offersEcdsa(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        while (list.readableBytes() >= 2) {
            int algorithm = list.readUnsignedShort();
            if (algorithm == 0x0403 || algorithm == 0x0503 || algorithm == 0x0603) {
                return true;
            }
        }
        return false;
    }
}
