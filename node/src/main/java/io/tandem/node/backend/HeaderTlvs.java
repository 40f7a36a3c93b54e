// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Draft;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.proxyprotocol.TlvTypes;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code set-proxy-v2-tlv-fmt(TYPE) FORMAT} (HAProxy manual of 3.x, 5.2): what else a server's PROXY header of version 2
 * carries. As {@link ServerName}, compiled when its line is read, for its mistakes, and once all proxies are known.
 */
final class HeaderTlvs {
    static final String KEYWORD = "set-proxy-v2-tlv-fmt";

    /** As it stands on the line. */
    record Written(int type, String format) {}

    private HeaderTlvs() {}

    /** The keyword that a word of a server line stands for: the type is written within the same word. */
    static String keywordOf(String word) {
        return word.startsWith(KEYWORD + "(") ? KEYWORD : word;
    }

    /** Takes the format behind the keyword. */
    static void read(Arguments line, ServerSettings server) {
        int type = type(line, line.line().text(line.position() - 1).substring(KEYWORD.length()));
        String format = line.next();
        if (format.isEmpty()) {
            throw line.error("'" + KEYWORD + "' : missing the log-format of the value");
        }
        server.dialing.tlvs.add(new Written(type, format));
    }

    private static int type(Arguments line, String parentheses) {
        boolean closed = parentheses.length() > 2 && parentheses.endsWith(")");
        int type = closed ? TlvTypes.parse(parentheses.substring(1, parentheses.length() - 1)) : TlvTypes.NONE;
        if (type == TlvTypes.NONE) {
            throw line.error(
                    "'" + KEYWORD
                            + "' : expects the type of a TLV in parentheses: 0 to 255, 0x00 to 0xFF or a name such as AUTHORITY");
        }
        if (type == TlvTypes.CRC32C) {
            throw line.error("'" + KEYWORD + "' : the checksum is computed, use 'proxy-v2-options crc32c'");
        }
        return type;
    }

    /** Reports what is wrong with the formats, and that nothing carries them. */
    static boolean areWellFormed(Arguments line, ServerSettings server, String subject, Draft draft) {
        if (server.dialing.tlvs.isEmpty() || !(draft instanceof ProxyDraft proxy)) {
            return true;
        }
        Origin origin = line.origin();
        String before = "[" + origin.file() + ":" + origin.line() + "] : " + subject + "'" + KEYWORD + "' ";
        for (Written written : server.dialing.tlvs) {
            try {
                format(written, new Site(proxy, Place.BALANCE, "", origin, null));
            } catch (SampleError wrong) {
                line.context().problems().alert(origin, before + ": " + wrong.text());
                return false;
            }
        }
        if (!server.dialing.sendsSecond) {
            line.context().problems().warning(origin, before + "has no effect without 'send-proxy-v2'.");
        }
        return true;
    }

    /** What is to be sent with each header, in the order of the line. */
    static List<ProxyHeader.Tlv> compile(ServerSettings settings, ProxyDraft draft, Assembly assembly) {
        List<ProxyHeader.Tlv> tlvs = new ArrayList<>();
        for (Written written : settings.dialing.tlvs) {
            Site site = new Site(draft, Place.BALANCE, "", settings.origin, assembly);
            try {
                tlvs.add(new ProxyHeader.Tlv(written.type, format(written, site)));
            } catch (SampleError saidAlready) {
                return List.of(); // when the line was read
            }
        }
        return tlvs;
    }

    private static Format format(Written written, Site site) {
        return FormatParser.parse(written.format, site, Format.Style.BYTES);
    }
}
