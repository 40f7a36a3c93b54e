// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of compression, cache and filters, right and wrong: what is said about them is what the installed haproxy says. */
class ContentLinesDifferentialTest {
    private static final String PROXIES =
            """
            cache one
                total-max-size 4
            defaults
                mode http
                timeout client 1s
                timeout server 1s
                timeout connect 1s
            listen other
                bind 127.0.0.1:18998
                server s 127.0.0.1:1
            """;

    private static final List<String> GLOBAL = List.of(
            "maxcomprate",
            "maxcomprate x",
            "maxcomprate 5",
            "maxcomprate 5 6",
            "maxcomprate -1",
            "maxcompcpuusage",
            "maxcompcpuusage 0",
            "maxcompcpuusage 101",
            "maxcompcpuusage 100",
            "maxcompcpuusage x",
            "maxcompcpuusage 5 6",
            "maxzlibmem",
            "maxzlibmem 5",
            "maxzlibmem x",
            "maxzlibmem 5 6",
            "tune.comp.maxlevel",
            "tune.comp.maxlevel 0",
            "tune.comp.maxlevel 10",
            "tune.comp.maxlevel 9",
            "tune.comp.maxlevel 5 6");

    /** Lines of a proxy, parted by semicolons. */
    private static final List<String> PROXY = List.of(
            "compression",
            "compression algo",
            "compression algo foo",
            "compression algo gzip foo",
            "compression algo gzip",
            "compression algo deflate raw-deflate identity gzip gzip",
            "compression type",
            "compression type text/html text/plain",
            "compression offload",
            "compression offload x",
            "compression bogus",
            "filter",
            "filter foo",
            "filter compression x",
            "filter compression",
            "filter compression;filter compression",
            "filter compression;compression algo gzip",
            "filter compresion",
            "filter cache",
            "filter cache one",
            "filter cache nope",
            "filter cache one x",
            "filter cache one;filter cache one",
            "http-request cache-use one;filter compression;compression algo gzip",
            "filter compression;filter cache one",
            "filter compression;compression algo gzip;filter cache one",
            "filter cache one;filter compression;compression algo gzip");

    /** Rules, which an anonymous defaults section does not take. */
    private static final List<String> RULES = List.of(
            "http-request cache-use",
            "http-request cache-use one",
            "http-request cache-use nope",
            "http-request cache-use one two",
            "http-request cache-use one if TRUE",
            "http-response cache-store",
            "http-response cache-store one unless FALSE",
            "http-response cache-store nope",
            "http-request cache-use nope;http-response cache-store nope",
            "http-request cache-use nope;http-response cache-store other",
            "http-request cache-store one",
            "http-response cache-use one",
            "http-after-response cache-store one");

    /** Lines of a cache section that has a size already. */
    private static final List<String> CACHE = List.of(
            "total-max-size 0",
            "total-max-size 4 5",
            "max-object-size 0",
            "max-object-size 10 11",
            "max-object-size 600000",
            "max-age",
            "max-age 5x",
            "max-age 0",
            "max-age 5 6",
            "process-vary",
            "process-vary maybe",
            "process-vary on off",
            "process-vary on",
            "max-secondary-entries -1",
            "max-secondary-entries 3 4",
            "max-secondary-entries 3",
            "bogus",
            "no max-age 5");

    /** Those at which haproxy stops reading. */
    private static final List<String> LAST_OF_CACHE = List.of(
            "total-max-size",
            "total-max-size 4x",
            "total-max-size 4096",
            "total-max-size -1",
            "max-object-size",
            "max-object-size x",
            "max-object-size 5k",
            "max-secondary-entries",
            "max-secondary-entries 0",
            "max-secondary-entries 3x");

    @TempDir
    Path directory;

    private final List<String> differences = new ArrayList<>();

    private void compare(String text) throws Exception {
        List<String> theirs = HaproxyCheck.of(directory, text).stream()
                .map(HaproxyCheck.Message::text)
                .toList();
        List<String> ours = LoadedText.of(text).messages().stream()
                .filter(message -> !HaproxyCheck.isSummary(message))
                .map(String::strip)
                .toList();
        if (!ours.equals(theirs)) {
            differences.add(text + "  haproxy: " + theirs + "\n  tandem:  " + ours);
        }
    }

    @Test
    void globalLines() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String line : GLOBAL) {
            compare("global\n    " + line + "\n" + PROXIES);
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void linesOfCaches() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String line : CACHE) {
            compare(PROXIES + "cache two\n    total-max-size 1\n    " + line + "\n");
        }
        for (String line : LAST_OF_CACHE) {
            compare(PROXIES + "cache two\n    total-max-size 1\n    " + line + "\n");
        }
        compare(PROXIES + "cache two\n");
        compare(PROXIES + "cache two\n    max-age 4\ncache three\n");
        compare(PROXIES + "cache\n");
        compare(PROXIES + "cache one\n    total-max-size 4\n");
        assertThat(differences).isEmpty();
    }

    @Test
    void rulesAboutCaches() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String lines : RULES) {
            String text = lines.replace(";", "\n    ");
            compare(PROXIES + "frontend f\n    bind 127.0.0.1:18999\n    " + text + "\n");
            compare(PROXIES + "backend b\n    " + text + "\n");
            if (!lines.contains(
                    "nope")) { // which haproxy does not look up from there: it would store nothing, silently
                compare(PROXIES + "defaults d\n    mode http\n    " + text + "\nbackend b from d\n");
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void linesOfProxies() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String lines : PROXY) {
            String text = lines.replace(";", "\n    ");
            compare(PROXIES + "frontend f\n    bind 127.0.0.1:18999\n    " + text + "\n");
            compare(PROXIES + "backend b\n    " + text + "\n");
            compare(PROXIES + "backend b\n    mode tcp\n    " + text + "\n");
            compare(PROXIES + "defaults d\n    " + text + "\nbackend b from d\n    mode http\n");
        }
        assertThat(differences).isEmpty();
    }
}
