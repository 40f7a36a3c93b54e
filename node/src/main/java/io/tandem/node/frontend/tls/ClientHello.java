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
    private static final int SUPPORTED_VERSIONS = 43;
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
        boolean suites = offersEcdsaSuites(in.readSlice(in.readUnsignedShort()));
        in.skipBytes(in.readUnsignedByte()); // compression methods
        if (!in.isReadable()) {
            return NOTHING;
        }
        ByteBuf extensions = in.readSlice(in.readUnsignedShort());
        String name = "";
        boolean signatures = true; // RFC 5246 7.4.1.4.1: who does not say knows the algorithms of its suites
        boolean newest = false;
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
            switch (type) {
                case SERVER_NAME -> name = serverName(content);
                case SIGNATURE_ALGORITHMS -> signatures = offersEcdsa(content);
                case SUPPORTED_VERSIONS -> newest = offersTls13(content);
                default -> {}
            }
        }
        return new ClientHello(name, signatures && (newest || suites));
    }

    private static boolean offersTls13(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedByte());
        while (list.readableBytes() >= 2) {
            if (list.readUnsignedShort() == 0x0304) {
                return true;
            }
        }
        return false;
    }

    /** Suites of TLS 1.2 and below whose server signs with ECDSA. */
    private static boolean offersEcdsaSuites(ByteBuf list) {
        while (list.readableBytes() >= 2) {
            int suite = list.readUnsignedShort();
            if ((suite >= 0xc006 && suite <= 0xc00a) // ECDHE-ECDSA with CBC
                    || suite == 0xc023
                    || suite == 0xc024
                    || suite == 0xc02b
                    || suite == 0xc02c
                    || (suite >= 0xc0ac && suite <= 0xc0af) // CCM
                    || suite == 0xcca9
                    || suite == 0xcc14) {
                return true;
            }
        }
        return false;
    }

    private static String serverName(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        while (list.isReadable()) {
            int type = list.readUnsignedByte();
            int length = list.readUnsignedShort();
            if (type == HOST_NAME && length <= LONGEST_NAME) {
                // a slice of its own: a name longer than its list is an error, not what lies behind it
                return list.readSlice(length)
                        .toString(StandardCharsets.ISO_8859_1)
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
