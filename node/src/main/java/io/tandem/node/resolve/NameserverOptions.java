// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.config.text.IpLiteral;
import io.tandem.config.text.Nearest;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@code nameserver} that is asked over TCP: HAProxy takes all those of {@code server} lines. Here two mean
 * something; {@code check} does nothing there either, and the others are refused by name.
 */
final class NameserverOptions {
    int maxConnections;

    @Nullable InetAddress source;

    void read(Arguments line, String section, String name) {
        while (line.hasNext()) {
            String word = line.next();
            switch (word) {
                case "maxconn" -> maxConnections = Math.max(0, line.leadingInteger());
                case "source" -> source = address(line, section, name);
                case "check", "no-check" ->
                    line.warn("'" + word + "' has no effect on a name server: it is asked, or not reached.");
                default -> throw wrong(line, section, name, unknown(word));
            }
        }
    }

    private static String unknown(String word) {
        if (KnownKeywords.has(KeywordFamily.SERVER_OPTION, word)) {
            return KnownKeywords.notSupported(word) + " for name servers.";
        }
        return "unknown keyword '" + word + "'"
                + Nearest.to(word, KnownKeywords.names(KeywordFamily.SERVER_OPTION))
                        .map(near -> "; did you mean '" + near + "' maybe ?")
                        .orElse(".");
    }

    private static InetAddress address(Arguments line, String section, String name) {
        String text = line.next();
        InetAddress address = IpLiteral.parse(text);
        if (address == null) {
            throw wrong(
                    line, section, name, "'source " + text + "' : only an address without a port is supported here.");
        }
        return address;
    }

    private static LineError wrong(Arguments line, String section, String name, String text) {
        return LineError.whole(
                line.origin(),
                "[" + line.origin().file() + ":" + line.origin().line() + "] : 'server " + section + "/" + name + "' : "
                        + text);
    }
}
