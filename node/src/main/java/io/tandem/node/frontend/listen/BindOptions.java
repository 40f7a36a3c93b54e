// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.http.h2.IdlePing;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.proxyprotocol.NetScalerDecoder;
import io.tandem.node.proxyprotocol.ProxyDecoder;
import io.tandem.node.socket.Accounts;
import io.tandem.node.socket.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The general options of {@code bind} lines (HAProxy manual 5.1). */
final class BindOptions {
    private static final int MOST_SHARDS = 64;
    private static final int ONE_PER_LOOP = ListenSettings.ONE_PER_LOOP;
    private static final String ALIKE = "an event loop serves all of its connections alike";
    private static final String NO_SOCKET = "this is no admin socket";
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("[0-7]{1,6}");

    private static final List<Keyword<BindOption>> OF_THE_LISTENER = List.of(
            option("name", "NAME", "its name in statistics", (line, bind) -> bind.name = value(line, "missing name")),
            option("id", "NUMBER", "its number in statistics", (line, bind) -> {
                String text = value(line, "'id' : expects an integer argument");
                if (!WHOLE.matcher(text).matches()) {
                    throw line.error("'id' : expects an integer argument, found '" + text + "'");
                }
                bind.id = Arguments.leadingInteger(text);
                if (bind.id <= 0) {
                    throw line.error("'id' : custom id has to be > 0");
                }
            }),
            option("maxconn", "NUMBER", "connections it accepts at once", (line, bind) -> {
                int most = Arguments.leadingInteger(value(line, "missing value"));
                if (most < 0) {
                    throw line.error("'maxconn' : invalid value " + most + ", must be >= 0");
                }
                bind.settings.maxConnections = most;
            }),
            option("backlog", "NUMBER", "connections the kernel may hold for it", (line, bind) -> {
                int backlog = Arguments.leadingInteger(value(line, "missing value"));
                if (backlog < 0) {
                    throw line.error("'backlog' : invalid value " + backlog + ", must be > 0");
                }
                bind.settings.backlog = backlog;
            }),
            option(
                    "proto",
                    "h1 | h2 | none",
                    "what clients speak, whatever ALPN says; none in TCP mode",
                    (line, bind) -> {
                        String protocol = value(line, "missing value");
                        if (!List.of("h1", "h2", "none", "fcgi").contains(protocol)) {
                            throw line.error("'proto' :  unknown MUX protocol '" + protocol + "'");
                        }
                        bind.protocol = protocol;
                        bind.settings.http2 = protocol.equals("h2");
                        bind.settings.http1Only = protocol.equals("h1");
                    }),
            option(
                    "upgrade-h2c",
                    "",
                    "a request in HTTP/1.1 that offers HTTP/2 (RFC 7540 3.2) is taken at its word; Tandem's own",
                    (line, bind) -> bind.settings.upgrades = true),
            option("thread", "[GROUP/]SET", "the event loops that serve it", (line, bind) -> {
                try {
                    bind.settings.threads = bind.settings.threads.and(ThreadSet.parse(line.next()));
                } catch (ThreadSet.Malformed malformed) {
                    throw line.error(malformed.text());
                }
            }),
            option(
                    "idle-ping",
                    "TIME",
                    "how often an idle connection in HTTP/2 is tried, which ends without an answer (HAProxy 3.2)",
                    (line, bind) -> bind.settings.idlePingMs = IdlePing.millis(line)),
            option("process", "PROCESS[/SET]", "the event loops that serve it; retired", BindOptions::process),
            option(
                    "shards",
                    "NUMBER | by-thread",
                    "how many sockets share the address, by default one per event loop",
                    BindOptions::shards),
            option("accept-proxy", "", "a PROXY protocol header stands in front of each connection", (line, bind) -> {
                bind.header = ProxyDecoder.INSTANCE;
            }),
            option("accept-netscaler-cip", "MAGIC", "NetScaler's header stands in front", (line, bind) -> {
                int magic = Arguments.leadingInteger(value(line, "missing value"));
                if (magic <= 0) {
                    throw line.error("'accept-netscaler-cip' : invalid value " + magic + ", must be >= 0");
                }
                bind.header = new NetScalerDecoder(magic);
            }));

    private static final List<Keyword<BindOption>> OF_TCP = List.of(
            option("interface", "NAME", "serves packets of that interface only", (line, bind) -> {
                bind.settings.device = value(line, "missing interface name");
            }),
            option("namespace", "NAME", "listens in that network namespace", BindOptions::namespace),
            option("transparent", "", "serves connections to addresses that are not the host's", (line, bind) -> {
                bind.settings.transparent = true;
            }),
            option("defer-accept", "", "accepts once the client has said something", (line, bind) -> {
                bind.settings.deferAccept = true;
            }),
            option("tfo", "", "TCP fast open", (line, bind) -> bind.settings.fastOpen = true),
            option("tcp-ut", "TIME", "how long sent data may stay unacknowledged", BindOptions::userTimeout),
            option("mss", "BYTES", "the largest TCP segment, or what to take off it", (line, bind) -> {
                int segment = Arguments.leadingInteger(value(line, "missing MSS value"));
                if (segment == 0 || Math.abs(segment) > 65_535) {
                    throw line.error("'mss' : expects an MSS with and absolute value between 1 and 65535");
                }
                bind.settings.segment = segment;
            }),
            option("v4v6", "", "an IPv6 wildcard serves IPv4, too", (line, bind) -> {
                if (bind.settings.families != ListenSettings.Families.ONLY_IPV6) {
                    bind.settings.families = ListenSettings.Families.BOTH;
                }
            }),
            option("v6only", "", "an IPv6 wildcard does not serve IPv4", (line, bind) -> {
                bind.settings.families = ListenSettings.Families.ONLY_IPV6;
            }));

    private static final List<Keyword<BindOption>> OF_UNIX_SOCKETS = List.of(
            option("mode", "OCTAL", "permissions of a unix socket", (line, bind) -> {
                String mode = line.next();
                bind.settings.mode = octal(mode);
                if (bind.settings.mode < 0) {
                    throw line.error("'mode' : missing or invalid mode '" + mode + "' (octal integer expected)");
                }
            }),
            option("uid", "NUMBER", "owner of a unix socket", (line, bind) -> {
                bind.settings.uid = Arguments.leadingInteger(value(line, "missing value"));
            }),
            option("gid", "NUMBER", "group of a unix socket", (line, bind) -> {
                bind.settings.gid = Arguments.leadingInteger(value(line, "missing value"));
            }),
            option("user", "NAME", "owner of a unix socket", (line, bind) -> {
                String name = value(line, "missing user name");
                bind.settings.uid = known(line, Accounts.user(name), "'user' : unknown user name '" + name + "'");
            }),
            option("group", "NAME", "group of a unix socket", (line, bind) -> {
                String name = value(line, "missing group name");
                bind.settings.gid = known(line, Accounts.group(name), "'group' : unknown group name '" + name + "'");
            }));

    private static final List<Keyword<BindOption>> WITHOUT_EFFECT = List.of(
            vain("nice", "NUMBER", ALIKE, (line, bind) -> {
                int nice = Arguments.leadingInteger(value(line, "missing value"));
                if (nice < -1024 || nice > 1024) {
                    throw line.error("'nice' : invalid value " + nice + ", allowed range is -1024..1024");
                }
            }),
            vain("level", "LEVEL", NO_SOCKET, (line, bind) -> one(line, "missing level", "user", "operator", "admin")),
            vain(
                    "severity-output",
                    "FORMAT",
                    NO_SOCKET,
                    (line, bind) -> one(line, "missing severity format", "none", "number", "string")),
            vain("guid-prefix", "ID", "objects are known by their names", (line, bind) -> value(line, "missing value")),
            vain("ktls", "on | off", "records are encrypted in the process", (line, bind) -> {
                String text = value(line, "missing value");
                if (!text.equals("on") && !text.equals("off")) {
                    throw line.error("'ktls' : expects 'on' or 'off', got '" + text + "'");
                }
            }),
            vain("expose-fd", "listeners", NO_SOCKET, (line, bind) -> {
                String what = value(line, "missing fd type");
                if (!what.equals("listeners")) {
                    throw line.error("'expose-fd' only supports 'listeners' (got '" + what + "')");
                }
            }));

    static final List<Keyword<BindOption>> ALL = all();

    private BindOptions() {}

    private static List<Keyword<BindOption>> all() {
        List<Keyword<BindOption>> all = new ArrayList<>(OF_THE_LISTENER);
        all.addAll(OF_TCP);
        all.addAll(OF_UNIX_SOCKETS);
        all.addAll(WITHOUT_EFFECT);
        return List.copyOf(all);
    }

    private static void namespace(Arguments line, BindLine bind) {
        String name = value(line, "missing namespace id");
        if (!Namespaces.open(name)) {
            line.context().problems().alert(line.origin(), "Cannot open namespace '" + name + "'.");
            throw line.error("error encountered while processing 'namespace'.");
        }
        bind.settings.namespace = name;
    }

    private static void userTimeout(Arguments line, BindLine bind) {
        String text = value(line, "missing TCP User Timeout value");
        Times time = Times.millis(text);
        if (!time.ok()) {
            throw line.error("'tcp-ut' : expects a positive delay in milliseconds");
        }
        bind.settings.userTimeoutMs = (int) time.value();
    }

    private static void shards(Arguments line, BindLine bind) {
        String text = value(line, "missing value");
        int count = text.equals("by-thread") ? ONE_PER_LOOP : Arguments.leadingInteger(text);
        if (!text.equals("by-thread") && (count < 1 || count > MOST_SHARDS)) {
            throw line.error(
                    "'shards' : invalid value " + count + ", allowed range is 1.." + MOST_SHARDS + " or 'by-thread'");
        }
        bind.settings.shards = count;
    }

    private static void process(Arguments line, BindLine bind) {
        String text = line.next();
        int slash = text.indexOf('/');
        String process = slash < 0 ? text : text.substring(0, slash);
        if (ThreadSet.mask(process, 1) == null) {
            throw line.error("'process' : '" + process + "' is not a valid number/range."
                    + (process.matches("[0-9].*|") ? " It supports numbers from 1 to 1." : ""));
        }
        String instead = "";
        if (slash >= 0) {
            String set = text.substring(slash + 1);
            Long mask = ThreadSet.mask(set, MOST_SHARDS);
            if (mask == null) {
                throw line.error("'process' : '" + set + "' is not a valid number/range.");
            }
            bind.settings.threads = bind.settings.threads.and(new ThreadSet(mask));
            instead = " Please use 'thread " + set + "' instead.";
        }
        line.warn(where(bind) + " : 'process " + text + "' on 'bind' lines is deprecated and will be removed in 2.7."
                + instead);
    }

    /** An option that is read, and does nothing here: a warning says {@code why}. */
    private static Keyword<BindOption> vain(String name, String arguments, String why, BindOption check) {
        return Keyword.<BindOption>of(name)
                .arguments(arguments)
                .doc("accepted for compatibility")
                .noEffect(why)
                .as((line, bind) -> {
                    check.apply(line, bind);
                    line.warn(where(bind) + " : '" + name + "' has no effect: " + why + ".");
                });
    }

    private static String where(BindLine bind) {
        return "'bind " + bind.written() + "' in section '" + bind.section() + "'";
    }

    private static void one(Arguments line, String missing, String... values) {
        String name = line.taken().text();
        String value = value(line, missing);
        if (!List.of(values).contains(value)) {
            throw line.error("'" + name + "' only supports '" + values[0] + "', '" + values[1] + "', and '" + values[2]
                    + "' (got '" + value + "')");
        }
    }

    private static int known(Arguments line, int number, String complaint) {
        if (number < 0) {
            throw line.error(complaint);
        }
        return number;
    }

    private static String value(Arguments line, String complaint) {
        String name = line.taken().text();
        return line.require(complaint.startsWith("'") ? complaint : "'" + name + "' : " + complaint)
                .text();
    }

    /** -1 where it is no octal number. */
    static int octal(String text) {
        return OCTAL.matcher(text).matches() ? Integer.parseInt(text, 8) & 07777 : -1;
    }

    private static Keyword<BindOption> option(String name, String arguments, String doc, BindOption meaning) {
        return Keyword.<BindOption>of(name).arguments(arguments).doc(doc).as(meaning);
    }
}
