// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.netty.handler.ssl.OpenSsl;
import io.tandem.config.haproxy.Platform;
import io.tandem.node.rules.regex.Regexes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What this program answers to conditions and lists in {@code -vv}, in HAProxy's names. */
public final class TandemPlatform implements Platform {
    /** The release of HAProxy whose language is spoken. */
    private static final String LANGUAGE = "2.6.12";

    private static final Set<String> ALWAYS = Set.of(
            "ACCEPT4",
            "EPOLL",
            "GETADDRINFO",
            "LIBCRYPT",
            "LINUX_TPROXY",
            "OPENSSL",
            "PROMEX",
            "SYSTEMD",
            "THREAD",
            "TPROXY");

    /** Features of HAProxy's that do not exist here. */
    private static final List<String> ABSENT = List.of(
            "51DEGREES",
            "BACKTRACE",
            "CLOSEFROM",
            "CPU_AFFINITY",
            "CRYPT_H",
            "DEVICEATLAS",
            "DL",
            "ENGINE",
            "EVPORTS",
            "KQUEUE",
            "LINUX_SPLICE",
            "LUA",
            "MEMORY_PROFILING",
            "NETFILTER",
            "NS",
            "OBSOLETE_LINKER",
            "OT",
            "PCRE",
            "PCRE_JIT",
            "POLL",
            "PRCTL",
            "PROCCTL",
            "QUIC",
            "RT",
            "SLZ",
            "STATIC_PCRE",
            "STATIC_PCRE2",
            "TFO",
            "THREAD_DUMP",
            "WURFL",
            "ZLIB");

    @Override
    public String version() {
        return LANGUAGE;
    }

    @Override
    public boolean hasFeature(String name) {
        return present().contains(name);
    }

    /** What there is here: some of it depends on libraries that may be installed. */
    private static Set<String> present() {
        Set<String> present = new TreeSet<>(ALWAYS);
        if (Regexes.isPcre()) {
            present.add("PCRE2");
            if (Regexes.isCompiledToMachineCode()) {
                present.add("PCRE2_JIT");
            }
        }
        return present;
    }

    @Override
    public boolean isEnabled(String option) {
        return option.equals("EPOLL") || option.equals("GETADDRINFO") || option.equals("REUSEPORT");
    }

    @Override
    public String sslLibrary() {
        String version = OpenSsl.versionString();
        return version == null ? "" : version;
    }

    @Override
    public String opensslVersion() {
        return "1.1.1"; // what BoringSSL declares itself compatible with
    }

    String featureList() {
        Set<String> present = present();
        Set<String> all = new TreeSet<>(ABSENT);
        all.addAll(List.of("PCRE2", "PCRE2_JIT"));
        all.addAll(present);
        return all.stream()
                .map(name -> (present.contains(name) ? "+" : "-") + name)
                .collect(Collectors.joining(" "));
    }

    String options() {
        return present().stream().map(name -> "USE_" + name + "=1").collect(Collectors.joining(" "));
    }
}
