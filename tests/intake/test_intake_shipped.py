"""The shipped mappings, on small files in the shape of those that they are for."""

from datetime import date
from pathlib import Path

import openpyxl

from tests.intake.conftest import Read, WriteCsv
from valuation.domain.device import Category, UnitState
from valuation.domain.money import Money
from valuation.intake.mapping_file import load_mapping
from valuation.intake.reading import read_records
from valuation.intake.records import Record, Rejected

SEA = (
    "Country,Device Type,Brand,Model,Capacity,Condition,Value Type,Currency,Value,Source,"
    "Updated on\n"
)
DEMO = (
    "sale_id,sold_on,price,brand,device_model,storage_gb,ram_gb,unit_state,cosmetic_grade,"
    "battery_health,powers_on,display_works,functions_work,cameras_work,biometrics_work,"
    "audio_works,buttons_work,charging_works,radio_works,back_intact,sim_lock,activation_lock,"
    "channel,region,seller\n"
)


def records(found: list[Record | Rejected]) -> list[Record]:
    assert all(isinstance(each, Record) for each in found), found
    return [each for each in found if isinstance(each, Record)]


def test_chinese_shop_sheet_maps_grades_states_and_tablets(tmp_path: Path, read: Read) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(
        [
            "品牌",
            "型号",
            "网络",
            "成色",
            "内存（GB）",
            "存储（GB）",
            "颜色",
            "原价（元）",
            "现价（元）",
        ]
    )
    sheet.append(["苹果", "iPhone 90", "5G全网通", "95成新", 4, 128, "黑色", 5999, 3210])
    sheet.append(["oppo", "OPPO Z1", "5G全网通", "全新", 8, 128, "白色", 1799, 1088])
    sheet.append(["华为", "平板 M90", "4G版", "8成新及以下", 4, 64, "灰色", 2199, 700])
    workbook.save(tmp_path / "shop.xlsx")
    phone, new, tablet = records(read(tmp_path / "shop.xlsx", load_mapping("cn_phones")))
    assert phone.market is not None
    assert phone.market.slug == "cn-cny-shop-real"
    assert (phone.words.brand, phone.words.ram_gb, phone.words.storage_gb) == ("apple", 4, 128)
    assert (phone.price, phone.words.launch_price_cny) == (Money(321000, "CNY"), 5999)
    assert (phone.answers, phone.words.version) == ({"cosmetic_grade": 3}, None)
    assert (new.unit_state, new.answers) == (UnitState.NEW, {})
    assert (tablet.words.category, tablet.words.version) == (Category.TABLET, "cellular")
    assert (tablet.unit_state, tablet.answers) == (UnitState.USED, {"cosmetic_grade": 1})


def test_vietnamese_listings_keep_context_and_drop_the_nameless(write_csv: WriteCsv) -> None:
    path = write_csv(
        "listing_id,listed_on,price,brand,model,capacity,condition,origin,warranty,color,region,"
        "is_company,seller\n"
        "7,2024-10-16,118.03,Nokia_Feature,105,less_than_8,used,unknown,expired,blue,hanoi,True,42\n"
        "8,2024-10-16,99.9,Apple,Dòng khác,64,refurbished,usa,3,,hanoi,False,43\n"
    )
    reading = read_records(path=path, mapping=load_mapping("vn_listings"))
    (only,) = records(list(reading))
    assert reading.report.filtered == {"drop model": 1}
    assert (only.record_id, only.seller, only.sold_on) == ("7", "42", date(2024, 10, 16))
    assert (only.words.brand, only.words.storage_gb) == ("nokia", None)
    assert (only.price, only.unit_state) == (Money(11803, "USD"), UnitState.USED)
    assert only.context == {"region": "hanoi", "warranty": "expired", "is_company": "True"}


def test_trade_in_lists_keep_handhelds_and_put_ram_where_it_belongs(write_csv: WriteCsv) -> None:
    path = write_csv(
        SEA + "Malaysia,Smartphone,Apple,Apple iPhone 90 4GB/64GB,4GB,Damaged,Trade-In,MYR,"
        '"1,300",MY_RV_Source5,2025-05-31\n'
        "Singapore,SmartPhone,Oppo,Oppo Z1 - Hot Deal,12GB,Excellent,Sell-Off,SGD,300.0,"
        "SG_SO_Source2,2025-05-31\n"
        "Singapore,Tablet,Apple,iPad mini 1,16GB,Fair,Sell-Off,SGD,90.0,SG_SO_Source2,2025-05-31\n"
        "Singapore,Laptop,Apple,MacBook,1TB,Good,Trade-in,SGD,900.0,SG_RV_Source6,2025-05-31\n"
    )
    reading = read_records(path=path, mapping=load_mapping("sea_trade_in"))
    phone, shop, tablet = records(list(reading))
    assert reading.report.filtered == {"keep Device Type": 1, "drop Model": 0}
    assert phone.market is not None
    assert phone.market.slug == "my-myr-trade-in-real"
    assert (phone.words.model, phone.words.ram_gb) == ("Apple iPhone 90", 4)
    assert (phone.words.storage_gb, phone.answers) == (64, {"cosmetic_grade": 0})
    assert (phone.price, phone.context) == (Money(130000, "MYR"), {"buyer": "MY_RV_Source5"})
    assert (shop.words.model, shop.words.ram_gb, shop.words.storage_gb) == ("Oppo Z1", 12, None)
    assert (tablet.words.category, tablet.words.storage_gb) == (Category.TABLET, 16)


def test_demo_sales_carry_every_answer_that_was_given(write_csv: WriteCsv, read: Read) -> None:
    path = write_csv(
        DEMO + "s1,2024-03-02,1234.50,apple,iPhone 90,128,4,used,B,87,yes,cracked,no,no,,,,,,,"
        "unlocked,off,app,north,u1\n"
    )
    (only,) = records(read(path, load_mapping("demo_cn")))
    assert only.market is not None
    assert only.market.slug == "cn-cny-sold-demo"
    assert only.price == Money(123450, "CNY")
    assert only.answers == {
        "powers_on": 1, "display_works": 1, "functions_work": 0, "cameras_work": 0,
        "cosmetic_grade": 3, "battery_health": 87, "sim_lock": 1, "activation_lock": 1,
    }  # fmt: skip
    assert only.context == {"channel": "app", "region": "north"}


def test_stock_needs_no_price_and_no_market(write_csv: WriteCsv, read: Read) -> None:
    path = write_csv(
        "stock_no,brand,device_model,storage,ram,grade,battery,powers_on,screen,functions\n"
        "17,Apple,iPhone 90,128GB,,b,91%,Y,OK,N\n"
    )
    (only,) = records(read(path, load_mapping("stock_example")))
    assert (only.price, only.market, only.record_id) == (None, None, "17")
    assert only.answers == {
        "powers_on": 1, "display_works": 2, "functions_work": 0,
        "cosmetic_grade": 3, "battery_health": 91,
    }  # fmt: skip
