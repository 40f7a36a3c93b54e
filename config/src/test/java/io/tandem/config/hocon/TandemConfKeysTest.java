// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of tandem.conf shows every key that its readers know, and no other: with these it is read without a word. */
class TandemConfKeysTest {
    private static final Path PAGE = Path.of("../packaging/doc/tandem-conf.md");

    /** The proxy in structured form, which is refused by name. */
    private static final Set<String> REFUSED = Set.of(
            "https_in_binds",
            "http_in_binds",
            "backends",
            "ssl",
            "performance",
            "routing_rules",
            "tcp_services",
            "ha_config",
            "monitoring",
            "proxy_version");

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void secrets() throws IOException {
        file = directory.resolve("tandem.conf");
        secret("secret", "a secret of a test, long enough\n");
        secret("vrrp.key", "hex:" + "ab".repeat(32) + "\n");
        secret("vrrp.secret", "8bytes\n");
        Files.writeString(directory.resolve("keepalived.conf"), "");
    }

    @Test
    void everyKeyThatIsAskedForStandsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        Files.writeString(file, block(page));
        Problems problems = new Problems();

        Set<String> known = new TreeSet<>();
        TandemConf.keysAskedFor(file, Map.of(), "lb1", problems).forEach(key -> known.add(general(key)));
        known.removeAll(REFUSED);

        assertThat(problems.all()).extracting(Problem::text).isEmpty();
        Set<String> shown = new TreeSet<>();
        collect("", ConfigFactory.parseFile(file.toFile()).root(), shown);
        assertThat(known).as("asked for, and not on the page").isSubsetOf(shown);
    }

    private static String block(String page) {
        int begin = page.indexOf("```hocon") + "```hocon".length();
        return page.substring(begin, page.indexOf("```", begin));
    }

    /** Names that users give stand for each other. */
    private static String general(String key) {
        return key.replaceFirst("^vrrp\\.routers\\.VI_\\d", "vrrp.routers.*")
                .replaceFirst("^vrrp\\.routers\\.\\*\\.excluded-addresses\\.", "vrrp.routers.*.addresses.")
                .replaceFirst("^vrrp\\.static\\.addresses\\.", "vrrp.routers.*.addresses.")
                .replaceFirst("^vrrp\\.on-(active|alarm)\\.", "vrrp.on-active.")
                .replaceFirst("^vrrp\\.groups\\.GW\\.notify\\.", "vrrp.routers.*.notify.");
    }

    private static void collect(String path, ConfigObject object, Set<String> keys) {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            keys.add(general(key));
            if (entry.getValue() instanceof ConfigObject inner) {
                collect(key, inner, keys);
            } else if (entry.getValue() instanceof ConfigList list) {
                for (ConfigValue element : list) {
                    if (element instanceof ConfigObject inner) {
                        collect(key, inner, keys);
                    }
                }
            }
        }
    }

    private void secret(String name, String text) throws IOException {
        Path secret = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }
}
