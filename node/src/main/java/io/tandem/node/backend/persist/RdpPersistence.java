// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.node.backend.Persistence;
import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.RdpCookie;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code persist rdp-cookie}: the terminal server has put its own address into the client's cookie, {@code ADDRESS.PORT.0000}
 * with both numbers as they lie in memory on a little-endian machine. Found in the bytes that rules have waited for.
 */
record RdpPersistence(byte[] name, List<Server> servers, boolean sendToDown) implements Persistence {
    /** As HAProxy reads them: blanks and a sign may stand before a number, anything behind the second dot. */
    private static final Pattern NUMBERS = Pattern.compile("[ \t]*\\+?0*([0-9]{1,10})\\.[ \t]*\\+?0*([0-9]{1,5})\\.");

    @Override
    public @Nullable Server serverFor(Facts facts) {
        RdpCookie cookie = new RdpCookie();
        if (cookie.find(facts.content, facts.contentStart, facts.contentEnd, name) != RdpCookie.Result.FOUND) {
            return null;
        }
        Matcher numbers = NUMBERS.matcher(
                new String(facts.content, cookie.start, cookie.end - cookie.start, StandardCharsets.ISO_8859_1));
        if (!numbers.lookingAt()) {
            return null;
        }
        int address = Integer.reverseBytes((int) Long.parseLong(numbers.group(1)));
        int port = Short.toUnsignedInt(Short.reverseBytes((short) Integer.parseInt(numbers.group(2))));
        for (Server server : servers) {
            if (server.address().getPort() == port
                    && isAt(server, address)
                    && (sendToDown || facts.persistenceForced || server.state().isRunning())) {
                facts.persistent = server;
                return server;
            }
        }
        return null;
    }

    private static boolean isAt(Server server, int address) {
        InetAddress its = server.address().getAddress();
        byte[] bytes = its == null ? new byte[0] : its.getAddress();
        return bytes.length == 4
                && ((bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff))
                        == address;
    }
}
