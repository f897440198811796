/** Those of ten characters and more that are guessed first, letters and digits alone, in lower case. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `1234567890 12345678910 123456789a 1234567891 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y
  qwertyuiop qwerty1234 qwerty12345 qwerty123456 1qaz2wsx3edc qazwsxedcrfv asdfghjkl1 asdfghjkl123 zxcvbnm123
  1234qwerasdf q1w2e3r4t5 q1w2e3r4t5y6 abcd123456 abcdefghij abc1234567 a123456789 aa123456789 123123123123
  password12 password123 password1234 password12345 passw0rd123 p4ssw0rd123 password01 password2024 password2025
  password2026 mypassword mypassword1 passwordpassword thisismypassword letmein123 letmein1234 iloveyou12
  iloveyou123 iloveyou1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 administrator
  administrator1 admin12345 admin123456 adminadmin adminadmin1 rootroot123 changeme123 changeme1234
  changethis1 football123 baseball123 basketball basketball1 superman123 batman1234 princess123 sunshine123
  monkey12345 dragon12345 master12345 michael123 charlie123 liverpool1 liverpool123 manchester chelsea123
  trustno1234 starwars123 pokemon123 computer123 internet123 samsung123 google1234 hello12345 hellohello
  secret1234 secret12345 test123456 testtest123 guest12345 default123 keyferry123 keyferry1234 calendar123`
    .split(/\s+/)
    .filter(word => word !== ''),
);
