// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.pattern.PatternCommands;
import io.tandem.node.rules.pattern.PatternFiles;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands about ACLs and maps, one after the other, answered as an installed HAProxy 2.6 answers them. */
@Timeout(60)
class PatternCommandsDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
             stats socket DIR/admin.sock level admin
            defaults
             mode http
             timeout client 5s
             timeout server 5s
             timeout connect 5s
            frontend f
             bind unix@DIR/f.sock
             acl one path -i -f DIR/s.lst -M -f DIR/a.map extra EXTRA2
             acl two hdr_beg(host) www. api.
             acl three src 10.1 1.2.3.4/255.255.0.0 ::1/64 10.0.0.0/8 localhost
             acl four path_reg ^/a /b$
             acl five path -u 77 x y
             acl six hdr(x) -f DIR/s.lst
             acl seven hdr(x) -m found
             acl eight path_end -i .JPG
             acl nine path -m beg -f DIR/s.lst --
             acl ten hdr(x) -m bin 0a0b 2f61
             acl eleven hdr(x) -m len 3:5 gt 9
             acl twelve src_port gt 20 5 le 7 eq 1:3 ne 9 gt 1:2 lt :5 gt -1 lt 0
             acl thirteen hdr(y) -M -f DIR/a.map
             acl fourteen req.ssl_ver 3 gt 3 lt 3.0 3:3.1 3.1 ge 3.2 le 3.4
             acl fifteen path_dir -i usr /a/ b
             acl sixteen path_dom foo
             acl seventeen path -u 4 -i -m sub A B
             acl eighteen path -f DIR/f.lst
             acl nineteen path -M -f DIR/onecol.map
             acl twenty path -m reg -i ^/a /B
             http-request set-header r1 %[path,map(DIR/a.map,def)]
             http-request set-header r2 %[path,map_beg(DIR/a.map)]
             http-request set-header r3 %[src,map_ip(DIR/ip.map)]
             http-request set-header r4 %[path,map_reg(DIR/re.map)]
             http-request set-header r5 %[path,map_regm(DIR/re.map)]
             http-request set-header r6 %[src_port,map_int(DIR/n.map)]
             http-request set-header r7 %[path,map_str(DIR/a.map)]
             http-request set-header r8 %[path,lower,map_sub(DIR/a.map,7)]
             http-request set-header r9 %[path,map_str_int(DIR/i.map,8)]
             http-request set-header ra %[path,map_str_ip(DIR/ad.map,9.9.9.9)]
             http-request deny if { path /x } or TRUE METH_GET or { ssl_fc }
             http-request add-acl(DIR/s.lst) %[path] if FALSE
             http-request set-map(DIR/a.map) %[path] v if FALSE
            """;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void answersAreHaproxysToTheLetter() throws Exception {
        PatternFiles.copyTo(directory);
        Files.writeString(directory.resolve("t.cfg"), CONFIGURATION.replace("DIR", directory.toString()));
        List<String> commands = PatternFiles.lines("commands.txt").stream()
                .map(line -> line.replace("DIR", directory.toString()).replace("\\n", "\n"))
                .toList();
        String theirs = played(haproxy(commands));
        assertThat(played(tandem(commands))).isEqualTo(theirs);
    }

    private List<String> tandem(List<String> commands) throws IOException {
        LoadedText loaded = LoadedText.of(Files.readString(directory.resolve("t.cfg")));
        assertThat(loaded.messages()).isEmpty();
        loaded.node().configuration(loaded.configuration());
        Commands known = new Commands(PatternCommands.of(loaded.node()));
        List<String> played = new ArrayList<>();
        for (String command : commands) {
            played.add("> " + command + "\n" + new Session(known, Level.ADMIN).receive(command + "\n"));
        }
        return played;
    }

    private List<String> haproxy(List<String> commands) throws Exception {
        List<String> played = new ArrayList<>();
        try (InstalledHaproxy haproxy = new InstalledHaproxy(Files.readString(directory.resolve("t.cfg")))) {
            for (String command : commands) {
                played.add("> " + command + "\n" + haproxy.command(command));
            }
        }
        return played;
    }

    /** Without what may differ: names of entries, HAProxy's own ACLs, and its counts after the first change. */
    private static String played(List<String> answers) {
        StringBuilder all = new StringBuilder();
        boolean changed = false;
        for (String answer : answers) {
            changed |= !answer.startsWith("> show") && !answer.startsWith("> get");
            String text = answer.replaceAll("0x[0-9a-f]{6,}", "0xNAME").replaceAll("(?m)^.*httpclient.*\\n", "");
            all.append(changed ? text.replaceAll("entry_cnt=\\d+", "entry_cnt=N") : text);
        }
        return all.toString();
    }
}
