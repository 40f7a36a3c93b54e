// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.List;
import java.util.Optional;

/**
 * One thing to measure: the same features on every side.
 *
 * @param name as {@code --case} takes it
 * @param connections how many the load generator holds open
 * @param haproxyLines lines of the frontend in haproxy.cfg, the same for Tandem
 * @param requestHeaders sent by the load generator besides Host
 * @param comparesNginx whether nginx can be given the same work
 */
record BenchCase(
        String name, int connections, List<String> haproxyLines, List<String> requestHeaders, boolean comparesNginx) {

    private static final List<String> TUTORIAL = List.of(
            "option forwardfor",
            "http-request set-header X-Forwarded-Port %[dst_port]",
            "http-request add-header X-Forwarded-Proto https if { ssl_fc }");

    private static final List<String> BROWSER = List.of(
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
            "Accept-Encoding: gzip, deflate, br",
            "Referer: https://www.example.org/some/where/else?with=a&query=string",
            "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes; _id=GA1.2.123456789.123456789",
            "Sec-Fetch-Dest: document",
            "Sec-Fetch-Mode: navigate",
            "Upgrade-Insecure-Requests: 1");

    static final List<BenchCase> ALL = List.of(
            new BenchCase("http-keepalive", 64, TUTORIAL, List.of(), true),
            new BenchCase("http-keepalive-c4", 4, TUTORIAL, List.of(), true),
            new BenchCase("http-keepalive-c1000", 1000, TUTORIAL, List.of(), true),
            new BenchCase("http-headers", 64, TUTORIAL, BROWSER, true));

    static Optional<BenchCase> named(String name) {
        return ALL.stream().filter(c -> c.name().equals(name)).findFirst();
    }
}
