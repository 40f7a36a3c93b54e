// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code tcp-check connect}: a new connection, the one before is closed.
 *
 * @param port as written, 0 for the check's own
 * @param portFrom yields the port where it is an expression, or null
 * @param address where to instead of where the check goes; its port is 0 where none is given; or null
 * @param byDefault whether what the server line says about checks holds, too
 * @param sendsHeader whether a PROXY protocol header comes first
 * @param usesSocks whether it goes through the server's SOCKS4 proxy
 * @param tls whether it speaks TLS
 * @param serverName the name TLS asks for; empty for what the server line says
 * @param alpn the protocols TLS offers; empty for what the server line says
 * @param protocol the version of HTTP that is spoken whatever ALPN says, or null
 * @param lingers whether it ends with a FIN rather than with a RST
 * @param implied whether nobody wrote it
 */
record ConnectStep(
        int port,
        @Nullable Expression portFrom,
        @Nullable InetSocketAddress address,
        boolean byDefault,
        boolean sendsHeader,
        boolean usesSocks,
        boolean tls,
        String serverName,
        List<String> alpn,
        @Nullable String protocol,
        boolean lingers,
        boolean implied,
        String comment)
        implements Step {
    /** Where no line says how: as the server line says. */
    static final ConnectStep IMPLIED = plain(true, false);

    /** As the server line says, ended with a FIN. */
    static final ConnectStep LINGERING =
            new ConnectStep(0, null, null, true, false, false, false, "", List.of(), null, true, false, "");

    private static ConnectStep plain(boolean byDefault, boolean lingers) {
        return new ConnectStep(0, null, null, byDefault, false, false, false, "", List.of(), null, lingers, true, "");
    }

    /** Of an agent: whatever the server line says about checks, it does not hold. */
    static final ConnectStep BARE = plain(false, false);

    /** Whether it says itself which port is connected to. */
    boolean knowsPort() {
        return port > 0 || (address != null && address.getPort() > 0);
    }

    /**
     * How it connects now.
     *
     * @param settings what the server line says
     * @param check where the check goes
     * @param facts what an expression for the port may ask
     * @param host of the request that comes next, where TLS may ask for it; else empty
     */
    CheckConnection.Plan plan(CheckSettings settings, InetSocketAddress check, Facts facts, String host) {
        int portNow = portNow(facts);
        InetAddress where = address == null ? check.getAddress() : address.getAddress();
        boolean secure = tls || (byDefault && settings.tls() != null);
        return new CheckConnection.Plan(
                portNow == 0 && address == null
                        ? check
                        : new InetSocketAddress(where, portNow == 0 ? check.getPort() : portNow),
                settings.dialing(),
                usesSocks || (byDefault && settings.dialing().socks(true) != null),
                sendsHeader || (byDefault && settings.dialing().checkHeader() != null),
                facts.configuration.drafts().global().facet(CheckGlobals.KEY).neverLocal(),
                secure ? settings.tls(alpn) : null,
                !serverName.isEmpty() ? serverName : byDefault ? named(settings, host) : "",
                lingers);
    }

    private static String named(CheckSettings settings, String host) {
        return settings.serverName().isEmpty() ? host : settings.serverName();
    }

    /** The port it connects to now; 0 for the check's own. */
    private int portNow(Facts facts) {
        Expression expression = portFrom;
        if (expression == null) {
            return port > 0 ? port : address == null ? 0 : address.getPort();
        }
        facts.scratch.reset();
        Sample value = facts.scratch.value;
        return expression.evaluateAs(SampleType.INTEGER, facts, value) ? (int) (value.number & 0xffff) : 0;
    }

    static ConnectStep read(RuleWords words) {
        int port = 0;
        Expression portFrom = null;
        InetSocketAddress address = null;
        boolean byDefault = false;
        boolean sendsHeader = false;
        boolean usesSocks = false;
        boolean tls = false;
        String serverName = "";
        List<String> alpn = List.of();
        String protocol = null;
        boolean lingers = false;
        String comment = "";
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "default" -> byDefault = true;
                case "send-proxy" -> sendsHeader = true;
                case "via-socks4" -> usesSocks = true;
                case "ssl" -> tls = true;
                case "linger" -> lingers = true;
                case "port" -> {
                    String text = words.value("'port' expects a port number or a sample expression as argument.");
                    port = port(words, text);
                    portFrom = port < 0 ? words.expression("port", text) : null;
                }
                case "addr" -> address = address(words);
                case "sni" -> serverName = words.value("'sni' expects a string as argument.");
                case "alpn" -> {
                    alpn = List.of(words.value("'alpn' : missing the comma-delimited ALPN protocol suite")
                            .split(",", -1));
                    if (alpn.contains("h2")) {
                        throw words.error(KnownKeywords.notSupported("alpn h2") + ": checks speak HTTP/1");
                    }
                }
                case "proto" -> protocol = protocol(words);
                case "comment" -> comment = words.value("'comment' expects a string as argument.");
                default ->
                    throw words.error("expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or"
                            + " 'via-socks4', 'linger', 'default' but got '" + word + "' as argument.");
            }
        }
        return new ConnectStep(
                Math.max(0, port),
                portFrom,
                address,
                byDefault,
                sendsHeader,
                usesSocks,
                tls,
                serverName,
                alpn,
                protocol,
                lingers,
                false,
                comment);
    }

    /** The number; negative for an expression. */
    private static int port(RuleWords words, String text) {
        if (!text.matches("[0-9]+")) {
            return -1;
        }
        int port = text.length() > 6 ? 0 : Integer.parseInt(text);
        if (port < 1 || port > 65_535) {
            throw words.error(
                    "expects a valid TCP port (from range 1 to 65535) or a sample expression, got " + text + ".");
        }
        return port;
    }

    private static InetSocketAddress address(RuleWords words) {
        String text = words.value("'addr' expects <ipv4|ipv6> as argument.");
        AddressSyntax.Result result = new AddressSyntax(
                        words.line().context().options().environment(),
                        AddressSyntax.Allow.STREAM,
                        AddressSyntax.Allow.NO_PORT)
                .parse(text);
        InetAddress found = result.address() instanceof Address.Inet inet ? Endpoints.resolve(inet) : null;
        if (found == null || !(result.address() instanceof Address.Inet written)) {
            String why = result.error() != null ? result.error() : "invalid address: '" + text + "' in '" + text + "'";
            throw words.error("'addr' : " + why + "\n.");
        }
        return new InetSocketAddress(found, written.port());
    }

    private static String protocol(RuleWords words) {
        String name = words.value("'proto' expects a MUX protocol as argument.");
        boolean fits =
                switch (name) {
                    case "h1", "h2", "fcgi" -> words.isHttp();
                    case "none" -> !words.isHttp();
                    default -> throw words.error("'proto' : unknown MUX protocol '" + name + "'.");
                };
        if (!fits) {
            throw words.error("'proto' : invalid MUX protocol '" + name + "' for " + (words.isHttp() ? "http" : "tcp")
                    + "-check");
        }
        if (name.equals("fcgi") || name.equals("h2")) {
            throw words.error(KnownKeywords.notSupported("proto " + name));
        }
        return name;
    }
}
