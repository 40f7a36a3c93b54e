// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static io.tandem.node.backend.ServerOptions.option;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.socket.Endpoints;
import io.tandem.node.socket.Namespaces;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/** The options of {@code server} lines that say how connections are made (HAProxy manual 5.2). */
final class DialingOptions {
    private static final Set<ProxyHeader.Option> SSL = Set.of(ProxyHeader.Option.SSL);
    private static final Set<ProxyHeader.Option> SSL_CN =
            Set.of(ProxyHeader.Option.SSL, ProxyHeader.Option.COMMON_NAME);

    static final List<Keyword<ServerOption>> ALL = List.of(
            option("send-proxy", "a PROXY protocol header, version 1, in front of each connection")
                    .as((line, s) -> s.dialing.sendsFirst = true),
            option("no-send-proxy", "undoes send-proxy of default-server")
                    .as((line, s) -> s.dialing.sendsFirst = false),
            option("send-proxy-v2", "the header in version 2").as((line, s) -> s.dialing.sendsSecond = true),
            option("no-send-proxy-v2", "undoes send-proxy-v2 of default-server")
                    .as((line, s) -> s.dialing.sendsSecond = false),
            option("send-proxy-v2-ssl", "version 2 with what is known of the client's TLS")
                    .as((line, s) -> second(s, SSL)),
            option("no-send-proxy-v2-ssl", "undoes send-proxy-v2-ssl of default-server")
                    .as((line, s) -> notSecond(s, SSL)),
            option("send-proxy-v2-ssl-cn", "the same with the common name of the client's certificate")
                    .as((line, s) -> second(s, SSL_CN)),
            option("no-send-proxy-v2-ssl-cn", "undoes send-proxy-v2-ssl-cn of default-server")
                    .as((line, s) -> notSecond(s, SSL_CN)),
            option("proxy-v2-options", "what else the header of version 2 carries")
                    .arguments("OPTION[,…]")
                    .as(DialingOptions::headerOptions),
            option(
                            HeaderTlvs.KEYWORD,
                            "one more thing that the header of version 2 carries; left out where it is empty")
                    .arguments("(TYPE) FORMAT")
                    .as(HeaderTlvs::read),
            option("check-send-proxy", "health checks send the header, too")
                    .as((line, s) -> s.dialing.checksSendHeader = true),
            option("no-check-send-proxy", "undoes check-send-proxy of default-server")
                    .as((line, s) -> s.dialing.checksSendHeader = false),
            option("source", "where connections come from")
                    .arguments(
                            "ADDR[:PORT[-PORT]] [usesrc {ADDR | client | clientip | hdr_ip(NAME[,N])}] [interface NAME]")
                    .as(DialingOptions::source),
            option("namespace", "the network namespace to connect in; * for the client's")
                    .arguments("NAME")
                    .as(DialingOptions::namespace),
            option("proto", "the version of HTTP it speaks, whatever ALPN says")
                    .arguments("h1 | h2")
                    .as(DialingOptions::protocol),
            option("ws", "the version of HTTP for WebSockets; auto, the default, for HTTP/1.1 where ALPN offers it")
                    .arguments("auto | h1 | h2")
                    .as(DialingOptions::webSockets),
            option("tfo", "TCP fast open").as((line, s) -> s.dialing.fastOpen = true),
            option("no-tfo", "undoes tfo of default-server").as((line, s) -> s.dialing.fastOpen = false),
            option("tcp-ut", "how long sent data may stay unacknowledged")
                    .arguments("TIME")
                    .as(DialingOptions::userTimeout),
            option("socks4", "the SOCKS4 proxy to go through")
                    .arguments("ADDR:PORT")
                    .as(DialingOptions::socks),
            option("check-via-socks4", "health checks go through it, too")
                    .as((line, s) -> s.dialing.checksUseSocks = true));

    private DialingOptions() {}

    private static void second(ServerSettings server, Set<ProxyHeader.Option> options) {
        server.dialing.sendsSecond = true;
        server.dialing.options.addAll(options);
    }

    private static void notSecond(ServerSettings server, Set<ProxyHeader.Option> options) {
        server.dialing.sendsSecond = false;
        server.dialing.options.removeAll(options);
    }

    private static void protocol(Arguments line, ServerSettings server) {
        String protocol = line.require("'proto' : missing value").text();
        switch (protocol) {
            case "h1", "none" -> server.dialing.http2 = false;
            case "h2" -> server.dialing.http2 = true;
            case "fcgi" -> throw line.error(KnownKeywords.notSupported("proto fcgi"));
            default -> throw line.error("'proto' :  unknown MUX protocol '" + protocol + "'");
        }
        server.protocol = protocol;
    }

    private static void webSockets(Arguments line, ServerSettings server) {
        String word = line.next();
        WebSocketVersion version = WebSocketVersion.named(word);
        if (version == null) {
            throw line.error("'ws' has to be 'auto', 'h1' or 'h2'");
        }
        server.webSockets = version;
    }

    private static void headerOptions(Arguments line, ServerSettings server) {
        for (String word : line.next().split(",", -1)) {
            ProxyHeader.Option option = ProxyHeader.Option.named(word);
            if (option == null) {
                throw line.error("'" + word + "' : proxy v2 option not implemented");
            }
            server.dialing.options.add(option);
            if (option == ProxyHeader.Option.COMMON_NAME) {
                server.dialing.options.add(ProxyHeader.Option.SSL);
            }
        }
    }

    private static void source(Arguments line, ServerSettings server) {
        String address = line.next();
        if (address.isEmpty()) {
            throw line.error(
                    "'source' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and 'interface'"
                            + " <name> as argument.");
        }
        try {
            server.dialing.source = SourceReader.options(
                    SourceReader.address(address, line.context().options().environment(), true), line);
        } catch (SourceReader.Malformed malformed) {
            throw line.error(malformed.text());
        }
    }

    private static void namespace(Arguments line, ServerSettings server) {
        String name = line.require("'namespace' : expects <name> as argument").text();
        if (!name.equals(Dialing.THE_CLIENTS) && !Namespaces.open(name)) {
            throw line.error("Cannot open namespace '" + name + "'");
        }
        server.dialing.namespace = name;
    }

    private static void userTimeout(Arguments line, ServerSettings server) {
        Times time = Times.millis(
                line.require("'tcp-ut' : missing TCP User Timeout value").text());
        if (!time.ok()) {
            throw line.error("'tcp-ut' : expects a positive delay in milliseconds");
        }
        server.dialing.userTimeoutMs = (int) time.value();
    }

    private static void socks(Arguments line, ServerSettings server) {
        String text = line.next();
        if (text.isEmpty()) {
            throw line.error("'socks4' expects <addr>:<port> as argument.");
        }
        AddressSyntax.Result result =
                new AddressSyntax(line.context().options().environment(), AddressSyntax.Allow.STREAM).parse(text);
        InetAddress address = result.address() instanceof Address.Inet inet ? Endpoints.resolve(inet) : null;
        if (address == null || !(result.address() instanceof Address.Inet found)) {
            throw line.error("'socks4 " + text + "' : "
                    + (result.error() != null ? result.error() : "invalid address: '" + text + "' in '" + text + "'"));
        }
        server.dialing.socks = new InetSocketAddress(address, found.port());
    }
}
