// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.Stream;

/** Who is addressed: Host, absolute targets, and whether they agree. */
final class Hosts {
    private Hosts() {}

    private static Case hosts(String name, String fields) {
        return sends(name, "GET / HTTP/1.1\r\n" + fields + "\r\n");
    }

    private static Case absolute(String name, String target, String host) {
        return sends(name, "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    static Stream<Case> cases() {
        return Stream.of(
                hosts("names in lower case, values trimmed", "Host: a\r\nUser-Agent: X\r\nACCEPT:  b  \r\n"),
                hosts("no Host", ""),
                hosts("two Hosts that differ", "Host: a\r\nHost: b\r\n"),
                hosts("two equal Hosts", "Host: a\r\nHost: a\r\n"),
                hosts("three equal Hosts apart", "Host: a\r\nX: y\r\nhOST:a\r\nY: z\r\nHost: a \r\n"),
                hosts("Hosts equal but for case", "Host: A\r\nHost: a\r\n"),
                hosts("Hosts equal but for the port", "Host: a\r\nHost: a:80\r\n"),
                hosts("an empty Host", "Host:\r\n"),
                hosts("an empty Host and another", "Host:\r\nHost: a\r\n"),
                hosts("a Host of two", "Host: a, b\r\n"),
                hosts("a Host with blanks within", "Host: a b\r\n"),
                hosts("a Host with a path", "Host: a/b\r\n"),
                hosts("a Host with a user", "Host: u@a\r\n"),
                hosts("a Host above ASCII", "Host: \u00e9\r\n"),
                hosts("a Host with an at and a question", "Host: a?b#c\r\n"),
                hosts("a Host by fold", "Host:\r\n a\r\n"),
                hosts("a Host and a fold", "Host: a\r\n b\r\n"),
                hosts("a Host of 2000 bytes", "Host: " + "a".repeat(2000) + "\r\n"),
                hosts("a Host with an address", "Host: [::1]:8080\r\n"),
                hosts("a Host with a blank before the colon", "Host : a\r\n"),
                hosts("X-Host and X-Forwarded-Host", "Host: a\r\nX-Host: b\r\nX-Forwarded-Host: c\r\n"),
                absolute("an absolute target", "http://a/x", "a"),
                absolute("an absolute target of another host", "http://b/x", "a"),
                absolute("an absolute target, other case", "HTTP://A/x", "a"),
                absolute("an absolute target with the scheme's port", "http://b:80/x", "b"),
                absolute("the scheme's port twice", "https://a:443/", "a:443"),
                absolute("the scheme's port in Host", "http://a/", "a:80"),
                absolute("https and port 443 in Host", "https://a/", "a:443"),
                absolute("http and port 443 in Host", "http://a/", "a:443"),
                absolute("another port", "http://a:8080/", "a:8080"),
                absolute("a port in the target only", "http://a:8080/", "a"),
                absolute("an empty port", "http://a:/", "a"),
                absolute("an empty port in both", "http://a:/", "a:"),
                absolute("a port with zeros in front", "http://a:0080/", "a"),
                absolute("a huge port", "http://a:99999999999/", "a:99999999999"),
                absolute("an address with port", "http://[::1]:80/", "[::1]"),
                absolute("an address without port", "http://[::1]/", "[::1]"),
                absolute("user information", "http://u@a/", "a"),
                absolute("user and password", "http://u:p@a:80/", "a"),
                absolute("user information and another host", "http://a@b/", "a"),
                absolute("no authority", "http:///x", "a"),
                absolute("no authority and no Host to agree", "http:///x", ""),
                absolute("an absolute target without path", "http://a", "a"),
                absolute("a query instead of a path", "http://a?x", "a"),
                absolute("a scheme of its own", "coap+tcp://a/x", "a"),
                absolute("a scheme that is none", "1_2://a/x", "a"),
                absolute("one slash", "http:/a", "a"),
                absolute("no slash", "http:a", "a"),
                absolute("a scheme of nothing", "://a/", "a"),
                absolute("a backslash in the authority", "http://a\\b/", "a"),
                absolute("a target with an encoded host", "http://%61/", "a"),
                sends("an absolute target without Host", "GET http://b/x HTTP/1.1\r\n\r\n"),
                sends("an absolute target of HTTP/1.0", "GET http://b/x HTTP/1.0\r\n\r\n"),
                sends("an absolute target and two Hosts", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"));
    }
}
